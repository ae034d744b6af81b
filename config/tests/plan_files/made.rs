//! What no released host writes, or none at hand: plans made from what is known of the format.

use cty::{Mark, Type, Value};
use terraform_config::Dialect;
use terraform_config::plan::{
    Action, Completeness, DeferredReason, NumberOrString, Plan, PlanError,
};
use terraform_config::schema::Schemas;

use crate::planfile::{Message, change, dynamic, file, file_with, plan, resource, value};

fn read(plan: &Message) -> Plan {
    Plan::from_bytes(&file(&plan.0), &Schemas::default()).expect("a plan")
}

fn refused(plan: &Message) -> String {
    let read = Plan::from_bytes(&file(&plan.0), &Schemas::default());
    read.expect_err("no plan").to_string()
}

fn object(name: &str, part: Value) -> Value {
    Value::object([(name, part)])
}

/// `Path` of attributes.
fn path(names: &[&str]) -> Message {
    let steps = names.iter().map(|name| Message::new().text(1, name));
    steps.fold(Message::new(), |path, step| path.message(1, step))
}

#[test]
fn deferred_changes_say_why() {
    let deferred = |reason, address: &str| {
        let after = object("id", Value::unknown(Type::String));
        let change = change(1, &[value(&after)]);
        Message::new()
            .message(1, Message::new().number(1, reason))
            .message(2, resource(address, change))
    };
    let made = Message::new()
        .number(1, 3)
        .text(14, "1.16.0")
        .message(27, deferred(1, "module.m[*].acme_box.a[*]"))
        .message(27, deferred(2, "acme_box.b"))
        .message(27, deferred(3, "acme_box.c"))
        .message(27, deferred(4, "acme_box.d"))
        .message(27, deferred(5, "data.acme_box.e"))
        .message(27, deferred(77, "acme_box.f"));
    let plan = read(&made);
    assert_eq!(plan.dialect, Dialect::Terraform);
    assert_eq!(plan.completeness, Completeness::Partial);
    let reasons = plan.deferred_changes.iter();
    let reasons: Vec<_> = reasons
        .map(|it| (it.change.address.to_string(), it.reason))
        .collect();
    let wanted = [
        ("module.m.acme_box.a", DeferredReason::InstanceCountUnknown),
        ("acme_box.b", DeferredReason::ResourceConfigUnknown),
        ("acme_box.c", DeferredReason::ProviderConfigUnknown),
        ("acme_box.d", DeferredReason::AbsentPrerequisite),
        ("data.acme_box.e", DeferredReason::DeferredPrerequisite),
        ("acme_box.f", DeferredReason::Other),
    ];
    assert_eq!(reasons, wanted.map(|(name, it)| (name.to_owned(), it)));
    let after = &plan.deferred_changes[0].change.change.after;
    assert!(!after.attribute("id").unwrap().is_known());
}

#[test]
fn every_action_has_its_values() {
    let (old, new) = (object("n", Value::int(1)), object("n", Value::int(2)));
    let none = Value::null(Type::Dynamic);
    for (number, action, before, after) in [
        (0, Action::NoOp, &old, &old),
        (1, Action::Create, &none, &old),
        (2, Action::Read, &old, &new),
        (3, Action::Update, &old, &new),
        (5, Action::Delete, &old, &none),
        (6, Action::DeleteThenCreate, &old, &new),
        (7, Action::CreateThenDelete, &old, &new),
        (8, Action::Forget, &old, &none),
        (9, Action::CreateThenForget, &old, &new),
        (10, Action::ForgetThenCreate, &old, &new),
    ] {
        let change = change(number, &[value(&old), value(&new)]);
        let plan = read(&plan().message(3, resource("acme_box.a", change)));
        let change = &plan.resource_changes[0].change;
        assert_eq!(change.action, action);
        assert_eq!((change.before.get(), change.after.get()), (before, after));
    }
}

#[test]
fn a_number_or_a_string_is_told_from_both() {
    let attributes = Value::object([
        ("either", Value::string("0.1")),
        ("text", Value::string("5")),
        ("number", Value::int(5)),
        ("said", Value::string("0.1")),
    ]);
    let dynamic_type = Type::object([
        ("either", Type::String),
        ("text", Type::String),
        ("number", Type::Number),
        ("said", Type::Dynamic),
    ]);
    let bytes = cty::msgpack::encode(&attributes, &dynamic_type).unwrap();
    let change = change(1, &[Message::new().bytes(1, &bytes)]);
    let plan = read(&plan().message(3, resource("acme_box.a", change)));
    let after = plan.resource_changes[0].change.after.get();
    let is_open = |name| NumberOrString::is_on(after.attribute(name).unwrap());
    assert!(is_open("either"));
    assert!(!is_open("text") && !is_open("number") && !is_open("said"));
    assert_ne!(after.attribute("text"), after.attribute("number"));
}

#[test]
fn what_is_sensitive_is_marked() {
    let after = Value::object([
        ("plain", Value::string("seen")),
        ("password", Value::string("hunter2")),
        (
            "users",
            Value::tuple([object("key", Value::string("swordfish"))]),
        ),
    ]);
    let first = Message::new().message(2, dynamic(&Value::int(0)));
    let users = path(&["users"]).message(1, first);
    let users = users.message(1, Message::new().text(1, "key"));
    let change = change(1, &[value(&after)])
        .message(4, path(&["password"]))
        .message(4, users);
    let plan = read(&plan().message(3, resource("acme_box.a", change)));
    let change = &plan.resource_changes[0].change;
    let shown = format!("{:?}", plan.resource_changes);
    assert!(shown.contains("seen"), "{shown}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("swordfish"),
        "{shown}"
    );
    let password = change.after.attribute("password").unwrap();
    assert!(password.marks().contains(&Mark::Sensitive));
}

#[test]
fn a_sensitive_output_is_marked_and_others_are_not() {
    let output = |name: &str, is_sensitive| {
        let change = change(1, &[dynamic(&Value::string("canary"))]);
        let output = Message::new().text(1, name).message(2, change);
        output.number(3, is_sensitive)
    };
    let plan = read(&plan().message(4, output("b", 1)).message(4, output("a", 0)));
    let marked = plan.output_changes.iter();
    let marked: Vec<_> = marked
        .map(|it| (it.name.as_ref(), it.change.after.is_marked_deep()))
        .collect();
    assert_eq!(marked, [("a", false), ("b", true)]);
}

#[test]
fn what_the_state_forgets_of_data_is_no_change() {
    let gone = |address| resource(address, change(5, &[value(&object("n", Value::int(1)))]));
    let plan = read(
        &plan()
            .message(3, gone("data.acme_box.a"))
            .message(3, gone("acme_box.b")),
    );
    let addresses = plan.resource_changes.iter();
    let addresses: Vec<_> = addresses.map(|it| it.address.to_string()).collect();
    assert_eq!(addresses, ["acme_box.b"]);
}

#[test]
fn partial_plans_are_told() {
    let head = |version: &str| Message::new().number(1, 3).text(14, version);
    let is = |plan: Message| read(&plan).completeness;
    assert_eq!(is(head("1.15.9").number(26, 1)), Completeness::Complete);
    assert_eq!(is(head("1.15.9")), Completeness::Partial);
    assert_eq!(is(head("1.15.9").number(20, 1)), Completeness::Errored);
    // Earlier versions do not say it.
    assert_eq!(is(head("1.7.5")), Completeness::Complete);
    let target = head("1.7.5").text(5, "acme_box.a");
    assert_eq!(is(target), Completeness::Partial);
    let exclude = head("1.12.6").text(6, "acme_box.a");
    assert_eq!(read(&exclude).dialect, Dialect::Tofu);
    assert_eq!(is(exclude), Completeness::Partial);
}

#[test]
fn the_state_before_is_read() {
    const STATE: &str = r#"{"version":4,"terraform_version":"1.15.9","resources":[
      {"module":"module.m[\"k\"]","mode":"managed","type":"acme_box","name":"a",
       "provider":"provider[\"registry.terraform.io/acme/acme\"]","instances":[
        {"index_key":"x","schema_version":0,"attributes":{"n":0.1,"s":"0.1","secret":"canary"},
         "sensitive_attributes":[[{"type":"get_attr","value":"secret"}]]},
        {"index_key":"x","deposed":"12345678","schema_version":0,"attributes":{}}]},
      {"mode":"data","type":"acme_box","name":"b","provider":"p","instances":[
        {"index_key":1,"attributes":{"n":null},"sensitive_attributes":[]}]}]}"#;
    let bytes = file_with(&plan().0, &[("tfstate", STATE.as_bytes())]);
    let plan = Plan::from_bytes(&bytes, &Schemas::default()).unwrap();
    let shown: Vec<String> = plan
        .prior
        .iter()
        .map(|it| format!("{} {} {:?}", it.address, it.provider, it.value))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    data.acme_box.b[1] p Object({"n": Null(Dynamic)})
    module.m["k"].acme_box.a["x"] registry.terraform.io/acme/acme Object({"n": Number(0.1), "s": String("0.1"), "secret": (hidden) marked [Sensitive]})
    "#);
    for (state, problem) in [
        ("", "EOF"),
        ("{}", "missing field `version`"),
        (r#"{"version":5}"#, "version 5"),
        (
            r#"{"version":4,"resources":[{"mode":"managed","type":"","name":"a","provider":"","instances":[]}]}"#,
            "a name is missing",
        ),
    ] {
        let bytes = file_with(&self::plan().0, &[("tfstate", state.as_bytes())]);
        let error = Plan::from_bytes(&bytes, &Schemas::default()).unwrap_err();
        assert!(error.to_string().contains(problem), "{error}");
    }
}

/// Terraform 1.16 gives `terraform_data` an attribute that no schema of ours has.
#[test]
fn attributes_that_a_schema_does_not_know_spoil_no_others() {
    const STATE: &str = r#"{"version":4,"resources":[
      {"mode":"managed","type":"terraform_data","name":"a","provider":"p","instances":[
        {"attributes":{"id":"x","input":{"value":0.1,"type":"number"},"later":{"a":[1]},
                       "output":{"value":["b"],"type":["set","string"]},"triggers_replace":null}}]}]}"#;
    let bytes = file_with(&plan().0, &[("tfstate", STATE.as_bytes())]);
    let plan = Plan::from_bytes(&bytes, &Schemas::default()).unwrap();
    insta::assert_snapshot!(format!("{:?}", plan.prior[0].value), @r#"Object({"id": String("x"), "input": Number(0.1), "later": Object({"a": Tuple([Number(1)])}), "output": Set(String, [String("b")]), "triggers_replace": Null(Dynamic)})"#);
}

#[test]
fn refusals_say_what_to_do() {
    insta::assert_snapshot!(refused(&Message::new().number(1, 4)), @r#"this plan has format version 4, and version 3 is known; run `terraform show -json` and check what that prints"#);
    insta::assert_snapshot!(refused(&Message::new()), @r#"this plan has format version 0, and version 3 is known; run `terraform show -json` and check what that prints"#);
    let unknown_action = change(11, &[value(&object("n", Value::int(1)))]);
    let unknown_action = plan().message(3, resource("acme_box.a", unknown_action));
    insta::assert_snapshot!(refused(&unknown_action), @r#"the plan is damaged: acme_box.a: action 11 is none that is known"#);
    let no_value = plan().message(
        3,
        resource("acme_box.a", change(3, &[value(&Value::int(1))])),
    );
    insta::assert_snapshot!(refused(&no_value), @r#"the plan is damaged: acme_box.a: a value is missing"#);
    insta::assert_snapshot!(refused(&plan().message(3, Message::new())), @r#"the plan is damaged: resource change: "" is no address of a resource instance: a name is missing at byte 0"#);
    insta::assert_snapshot!(refused(&plan().bytes(3, &[0x6a, 0xff])), @r#"the plan is damaged: resource change: it ends in the middle of a field"#);
    let read = |bytes: &[u8]| Plan::from_bytes(bytes, &Schemas::default()).unwrap_err();
    assert_eq!(read(b""), PlanError::NotAPlan);
    assert_eq!(read(b"tfplan"), PlanError::NotAPlan);
    assert_eq!(read(b"PK\x05\x06"), PlanError::NotAPlan);
    let remote = br#"{"remote_plan_format":1,"run_id":"run-x","hostname":"app.terraform.io"}"#;
    assert_eq!(read(remote), PlanError::Remote);
    let encrypted = br#"{"meta":{},"encrypted_data":"x","encryption_version":"v0"}"#;
    assert_eq!(read(encrypted), PlanError::Encrypted);
}
