//! Every rule of the host is broken once by a provider that is right in everything else, and the
//! host says which rule it was.

mod stand;

use cty::{Refinement, Type, Value};
use holdfast_host::{Action, Core, Order, Rule, Stop};
use tfplugin::client::messages::{self, AttributePath, DynamicValue, attribute_path};

use stand::{Faults, Stand, THING, decode, edit, encode, set, ty};

fn config(json: &str) -> Value {
    cty::json::decode_implied(json).expect("JSON")
}

fn first() -> Value {
    config(
        r#"{"name": "one", "note": "n", "secret": "s", "tags": {"a": "1"}, "labels": ["x"],
            "parts": [{"key": "k"}], "rule": [{"port": 1}], "gate": [{"port": 2}],
            "only": {"port": 3}}"#,
    )
}

/// Everything that a host does with an object, once.
async fn life(faults: Faults) -> Result<Core<Stand>, Stop> {
    let stand = Stand {
        faults,
        ..Stand::default()
    };
    let mut core = Core::start(stand).await?;
    core.configure(Value::empty_object()).await?;
    let dynamic = set(first(), "rule", Value::unknown(Type::Dynamic));
    core.plan(THING, Some(&dynamic)).await?;
    let open = set(first(), "note", Value::unknown(Type::String));
    let plan = core.plan(THING, Some(&open)).await?;
    core.apply_plan(&plan, Some(&first())).await?;
    assert_eq!(core.apply(THING, Some(&first())).await?, Action::NoOp);
    let second = set(first(), "name", Value::string("two"));
    let second = set(second, "note", Value::null(Type::String));
    assert_eq!(core.apply(THING, Some(&second)).await?, Action::Update);
    core.taint(THING);
    core.order = Order::CreateFirst;
    let replaced = core.apply(THING, Some(&second)).await?;
    assert_eq!(replaced, Action::Replace(Order::CreateFirst));
    assert_eq!(core.apply(THING, None).await?, Action::Delete);
    core.import(THING, "it").await?;
    Ok(core)
}

/// The call and the rules that a faulty provider breaks first.
async fn caught(faults: Faults) -> (&'static str, Vec<Rule>) {
    match life(faults).await {
        Err(Stop::Violation(violation)) => {
            let rules = violation.faults.iter().map(|fault| fault.rule);
            (violation.call, rules.collect())
        }
        Err(other) => panic!("no violation: {other}"),
        Ok(_) => panic!("it was not caught"),
    }
}

fn ports(count: i64) -> Value {
    let port = Type::object([("port", Type::Number)]);
    Value::list(
        port,
        (0..count).map(|n| Value::object([("port", Value::int(n))])),
    )
}

fn text(text: &str) -> Value {
    Value::string(text)
}

fn broken_value() -> Option<DynamicValue> {
    Some(DynamicValue {
        msgpack: vec![0x01],
        json: Vec::new(),
    })
}

fn step(name: &str) -> AttributePath {
    use attribute_path::step::Selector;
    AttributePath {
        steps: vec![attribute_path::Step {
            selector: Some(Selector::AttributeName(name.to_owned())),
        }],
    }
}

macro_rules! twins {
    ($($rule:ident in $call:ident: $part:ident = $fault:expr;)*) => {
        vec![$((Rule::$rule, stringify!($call), Faults { $part: $fault, ..Faults::default() })),*]
    };
}

fn about_everything() -> Vec<(Rule, &'static str, Faults)> {
    twins![
        Status in validate_resource_config: status = true;
        Diagnostic in validate_resource_config: validate = Some(|answer| {
            answer.diagnostics = vec![messages::Diagnostic { summary: "What".into(), ..Default::default() }];
        });
        Diagnostic in validate_resource_config: validate = Some(|answer| {
            answer.diagnostics = vec![messages::Diagnostic {
                severity: 2,
                summary: "What".into(),
                attribute: Some(step("elsewhere")),
                ..Default::default()
            }];
        });
        Schema in get_provider_schema: schema = Some(|answer| {
            for schema in answer.resource_schemas.values_mut() {
                for attribute in schema.block.iter_mut().flat_map(|block| &mut block.attributes) {
                    attribute.required = true;
                }
            }
        });
        Schema in get_provider_schema: schema = Some(|answer| answer.provider = None);
        WrongType in plan_resource_change: plan = Some(|_, answer| answer.planned_state = broken_value());
        WrongType in apply_resource_change: apply = Some(|_, answer| answer.new_state = broken_value());
        WrongType in read_resource: read = Some(|answer| answer.new_state = broken_value());
        WrongType in upgrade_resource_state: upgrade = Some(|answer| answer.upgraded_state = broken_value());
        WriteOnly in plan_resource_change: plan = Some(|_, answer| edit(&mut answer.planned_state, |v| set(v, "secret", text("s"))));
        WriteOnly in apply_resource_change: apply = Some(|_, answer| edit(&mut answer.new_state, |v| set(v, "secret", text("s"))));
        WriteOnly in read_resource: read = Some(|answer| edit(&mut answer.new_state, |v| set(v, "secret", text("s"))));
        Deferred in plan_resource_change: plan = Some(|_, answer| answer.deferred = Some(Default::default()));
        Identity in apply_resource_change: apply = Some(|_, answer| answer.new_identity = Some(Default::default()));
        Null in apply_resource_change: apply = Some(|_, answer| answer.new_state = None);
        Null in upgrade_resource_state: upgrade = Some(|answer| answer.upgraded_state = None);
        Null in import_resource_state: import = Some(|answer| answer.imported_resources[0].state = None);
        LeftUnknown in apply_resource_change: apply = Some(|_, answer| edit(&mut answer.new_state, |v| set(v, "id", Value::unknown(Type::String))));
        LeftUnknown in read_resource: read = Some(|answer| edit(&mut answer.new_state, |v| set(v, "id", Value::unknown(Type::String))));
        LeftUnknown in upgrade_resource_state: upgrade = Some(|answer| edit(&mut answer.upgraded_state, |v| set(v, "id", Value::unknown(Type::String))));
        ImportedCount in import_resource_state: import = Some(|answer| answer.imported_resources.clear());
        ImportedCount in import_resource_state: import = Some(|answer| answer.imported_resources.extend(answer.imported_resources.clone()));
        ImportedType in import_resource_state: import = Some(|answer| answer.imported_resources[0].type_name.clear());
    ]
}

fn about_plans() -> Vec<(Rule, &'static str, Faults)> {
    twins![
        PlannedExistence in plan_resource_change: plan = Some(|_, answer| answer.planned_state = None);
        PlannedExistence in plan_resource_change: plan = Some(|request, answer| {
            if answer.planned_state == encode(&Value::null(ty())) {
                answer.planned_state = request.prior_state.clone();
            }
        });
        PlannedValue in plan_resource_change: plan = Some(|_, answer| edit(&mut answer.planned_state, |v| set(v, "name", text("else"))));
        PlannedForNothing in plan_resource_change: plan = Some(|request, answer| {
            let note = decode(request.config.as_ref()).attribute("note").cloned();
            if note.is_some_and(|note| note.is_null()) {
                edit(&mut answer.planned_state, |v| set(v, "note", text("else")));
            }
        });
        PlannedOverUnknown in plan_resource_change: plan = Some(|request, answer| {
            let note = decode(request.config.as_ref()).attribute("note").cloned();
            if note.is_some_and(|note| !note.is_known()) {
                edit(&mut answer.planned_state, |v| set(v, "note", text("n")));
            }
        });
        PlannedBlockCount in plan_resource_change: plan = Some(|request, answer| {
            let rule = decode(request.config.as_ref()).attribute("rule").cloned();
            if rule.is_some_and(|rule| rule.is_known()) {
                edit(&mut answer.planned_state, |v| set(v, "rule", ports(0)));
            }
        });
        PlannedBlockNull in plan_resource_change: plan = Some(|_, answer| {
            edit(&mut answer.planned_state, |v| {
                let null = v.attribute("gate").map(|gate| Value::null(gate.ty()));
                set(v, "gate", null.expect("blocks"))
            });
        });
        PlannedBlockUnknown in plan_resource_change: plan = Some(|_, answer| {
            edit(&mut answer.planned_state, |v| {
                let unknown = v.attribute("gate").map(|gate| Value::unknown(gate.ty()));
                set(v, "gate", unknown.expect("blocks"))
            });
        });
        PlannedOverDynamicBlock in plan_resource_change: plan = Some(|request, answer| {
            let rule = decode(request.config.as_ref()).attribute("rule").cloned();
            if rule.is_some_and(|rule| !rule.is_known()) {
                edit(&mut answer.planned_state, |v| set(v, "rule", ports(1)));
            }
        });
        PlannedNestedCount in plan_resource_change: plan = Some(|_, answer| {
            edit(&mut answer.planned_state, |v| {
                let none = Value::list(Type::object([("key", Type::String)]), []);
                set(v, "parts", none)
            });
        });
        PlannedNestedUnknown in plan_resource_change: plan = Some(|_, answer| {
            edit(&mut answer.planned_state, |v| {
                let unknown = Value::unknown(Type::list(Type::object([("key", Type::String)])));
                set(v, "parts", unknown)
            });
        });
        ReplacePath in plan_resource_change: plan = Some(|_, answer| answer.requires_replace = vec![step("elsewhere")]);
        FinalAction in plan_resource_change: plan = Some(|request, answer| {
            if !request.planned_private.is_empty() {
                answer.requires_replace = vec![step("name")];
            }
        });
        FinalValue in plan_resource_change: plan = Some(|request, answer| {
            if !request.planned_private.is_empty() && decode(request.prior_state.as_ref()).is_known() {
                edit(&mut answer.planned_state, |v| match v.attribute("chosen") {
                    Some(chosen) if chosen.is_known() => set(v, "chosen", text("else")),
                    _ => v,
                });
            }
        });
        ResultRefinement in apply_resource_change: plan = Some(|_, answer| {
            let refinement = Refinement { prefix: Some("x-".into()), ..Refinement::default() };
            edit(&mut answer.planned_state, |v| match v.attribute("id") {
                Some(id) if !id.is_known() => set(v, "id", Value::refined(Type::String, refinement)),
                _ => v,
            });
        });
    ]
}

fn about_results() -> Vec<(Rule, &'static str, Faults)> {
    twins![
        ResultValue in apply_resource_change: apply = Some(|_, answer| edit(&mut answer.new_state, |v| set(v, "name", text("else"))));
        ResultValue in apply_resource_change: apply = Some(|_, answer| edit(&mut answer.new_state, |v| set(v, "note", Value::null(Type::String))));
        ResultElements in apply_resource_change: apply = Some(|_, answer| {
            let tags = Value::map(Type::String, [("a", text("1")), ("b", text("2"))]);
            edit(&mut answer.new_state, |v| set(v, "tags", tags));
        });
        ResultSet in apply_resource_change: apply = Some(|_, answer| {
            let labels = Value::set(Type::String, [text("x"), text("y")]);
            edit(&mut answer.new_state, |v| set(v, "labels", labels));
        });
        ResultBlocks in apply_resource_change: apply = Some(|_, answer| edit(&mut answer.new_state, |v| set(v, "rule", ports(2))));
        NotGone in apply_resource_change: apply = Some(|request, answer| {
            if answer.new_state == encode(&Value::null(ty())) {
                answer.new_state = request.prior_state.clone();
            }
        });
    ]
}

fn twins() -> Vec<(Rule, &'static str, Faults)> {
    [about_everything(), about_plans(), about_results()].concat()
}

#[tokio::test]
async fn each_fault_is_caught_as_what_it_is() {
    for (place, (rule, call, faults)) in twins().into_iter().enumerate() {
        let (in_call, rules) = caught(faults).await;
        assert_eq!(in_call, call, "twin {place} of {rule:?}");
        assert!(
            rules.contains(&rule),
            "twin {place}: {rules:?}, not {rule:?}"
        );
    }
}

#[test]
fn no_rule_is_without_a_failing_twin() {
    for rule in Rule::ALL {
        assert!(
            twins().iter().any(|(broken, _, _)| *broken == rule),
            "{rule:?}"
        );
    }
}

#[tokio::test]
async fn a_right_provider_is_called_in_terraforms_order() {
    let mut core = life(Faults::default()).await.expect("nothing is wrong");
    core.provider.calls.clear();
    core.state = Default::default();
    core.apply(THING, Some(&first())).await.expect("a create");
    let create = "begin configure validate plan begin configure validate plan apply";
    assert_eq!(core.provider.calls.join(" "), create);

    core.provider.calls.clear();
    core.taint(THING);
    core.order = Order::DeleteFirst;
    core.apply(THING, Some(&first()))
        .await
        .expect("a replacement");
    let replace = "begin configure upgrade read validate plan \
        begin configure upgrade apply validate plan apply";
    assert_eq!(core.provider.calls.join(" "), replace);

    core.provider.calls.clear();
    core.taint(THING);
    core.order = Order::CreateFirst;
    core.apply(THING, Some(&first()))
        .await
        .expect("a replacement");
    let replace = "begin configure upgrade read validate plan \
        begin configure upgrade validate plan apply upgrade plan apply";
    assert_eq!(core.provider.calls.join(" "), replace);

    core.provider.calls.clear();
    core.apply(THING, None).await.expect("a delete");
    let delete = "begin configure upgrade read plan begin configure upgrade apply";
    assert_eq!(core.provider.calls.join(" "), delete);
    assert!(core.state.objects.is_empty() && core.state.deposed.is_empty());
}

#[tokio::test]
async fn a_create_that_fails_halfway_is_kept_tainted_and_replaced() {
    let fails = Faults {
        apply: Some(|_, answer| {
            answer.diagnostics = vec![messages::Diagnostic {
                severity: 1,
                summary: "Half made".into(),
                ..Default::default()
            }];
        }),
        ..Faults::default()
    };
    let mut core = Core::start(Stand {
        faults: fails,
        ..Stand::default()
    })
    .await
    .expect("a start");
    let refused = core.apply(THING, Some(&first())).await;
    assert!(matches!(refused, Err(Stop::Refused(_))), "{refused:?}");
    assert!(core.state.objects[THING].tainted);
    core.provider.faults = Faults::default();
    let replaced = core
        .apply(THING, Some(&first()))
        .await
        .expect("a replacement");
    assert_eq!(replaced, Action::Replace(Order::DeleteFirst));
    assert!(!core.state.objects[THING].tainted);
}
