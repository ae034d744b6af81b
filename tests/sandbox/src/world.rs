//! Everything behind the port: the services, who may call them, what goes wrong, what is logged.

use std::sync::Arc;
use std::time::Duration;

use winterbaume_core::{MockRequest, MockResponse, extract_path, extract_query_string};

use crate::access::{self, Access};
use crate::credential::{Credential, CredentialError};
use crate::dlm::Dlm;
use crate::fault::{Call, Fault, FaultBook, Strike};
use crate::log::{Entry, Outcome, RequestLog, Ticket};
use crate::random;
use crate::s3::S3;
use crate::service::{Common, Protocol, Served, error_code};
use crate::sts::Sts;

/// The state of one sandbox.
pub(crate) struct World {
    pub(crate) log: RequestLog,
    pub(crate) faults: FaultBook,
    pub(crate) access: Access,
    pub(crate) dlm: Arc<Dlm>,
    pub(crate) s3: Arc<S3>,
    sts: Arc<Sts>,
    services: Vec<Arc<dyn Served>>,
}

/// What a connection gets for a request.
#[derive(Debug)]
pub(crate) enum Exchange {
    /// An answer.
    Answer(MockResponse),
    /// The connection is reset.
    Reset,
}

/// A request that has passed the door.
struct Visit<'a> {
    service: &'a dyn Served,
    credential: Credential,
    operation: String,
}

impl World {
    pub(crate) fn new() -> Self {
        let sts = Arc::new(Sts::default());
        let dlm = Arc::new(Dlm::new(Arc::clone(&sts)));
        let s3 = Arc::new(S3::new(Arc::clone(&sts)));
        Self {
            log: RequestLog::default(),
            faults: FaultBook::default(),
            access: Access::default(),
            services: vec![sts.clone(), dlm.clone(), s3.clone()],
            dlm,
            s3,
            sts,
        }
    }

    /// Forgets everything: policies, buckets, denials, faults, log.
    pub(crate) fn reset(&self) {
        self.faults.clear();
        self.access.clear();
        self.dlm.clear();
        self.s3.clear();
        self.log.clear();
    }

    /// Answers an AWS request and logs it.
    pub(crate) async fn exchange(&self, request: MockRequest) -> Exchange {
        let request_id = random::request_id();
        let visit = self.admit(&request);
        let protocol = match &visit {
            Ok(visit) => visit.service.protocol(),
            Err(_) => Protocol::guess(&request.headers),
        };
        let ticket = self
            .log
            .begin(entry(&request, &request_id, visit.as_ref().ok()));
        let mut exchange = match visit {
            Ok(visit) => self.serve(visit, request, ticket).await,
            Err((error, message)) => self.answer(ticket, protocol.common(error, &message)),
        };
        if let Exchange::Answer(answer) = &mut exchange {
            protocol.stamp(answer, &request_id);
        }
        exchange
    }

    /// Finds the service that a request is signed for.
    fn admit(&self, request: &MockRequest) -> Result<Visit<'_>, (Common, String)> {
        let query = extract_query_string(&request.uri);
        let credential = match Credential::of(&request.headers, query) {
            Ok(credential) => credential,
            Err(CredentialError::Missing) if Sts::takes_unsigned(request) => Credential {
                access_key: String::new(),
                region: "us-east-1".to_owned(),
                service: "sts".to_owned(),
            },
            Err(CredentialError::Missing) => {
                return Err((
                    Common::MissingToken,
                    "Missing Authentication Token".to_owned(),
                ));
            }
            Err(CredentialError::Malformed(fault)) => {
                return Err((Common::IncompleteSignature, fault));
            }
            Err(CredentialError::NoRegion(region)) => {
                let message =
                    format!("Credential should be scoped to a valid region, not '{region}'.");
                return Err((Common::NoRegion, message));
            }
        };
        let found = self
            .services
            .iter()
            .find(|found| found.service_name() == credential.service);
        let Some(service) = found else {
            let message = format!("The sandbox does not serve {}", credential.service);
            return Err((Common::UnknownOperation, message));
        };
        let operation = service.operation(request);
        let operation = operation.unwrap_or_else(|| "UnknownOperation".to_owned());
        Ok(Visit {
            service: service.as_ref(),
            credential,
            operation,
        })
    }

    async fn serve(&self, visit: Visit<'_>, request: MockRequest, ticket: Ticket) -> Exchange {
        let Visit {
            service,
            credential,
            operation,
        } = &visit;
        let protocol = service.protocol();
        let permission = service.permission(&request).unwrap_or(operation);
        let action = format!("{}:{permission}", credential.service);
        if let Some(denial) =
            self.access
                .denial(&credential.access_key, &credential.service, operation)
        {
            let caller = self.sts.identity(&credential.access_key).await.arn;
            return self.answer(ticket, denial.answer(protocol, &caller, &action));
        }
        let call = Call {
            service: &credential.service,
            operation,
            region: &credential.region,
            access_key: &credential.access_key,
            path: &extract_path(&request.uri),
        };
        let Some(strike) = self.faults.strike(call) else {
            return self.answer(ticket, service.handle(request).await);
        };
        self.log.struck(ticket, &strike.fault);
        self.struck(strike, &visit, &action, request, ticket).await
    }

    async fn struck(
        &self,
        strike: Strike,
        visit: &Visit<'_>,
        action: &str,
        request: MockRequest,
        ticket: Ticket,
    ) -> Exchange {
        let protocol = visit.service.protocol();
        let common = |error, message| protocol.common(error, message);
        let answer = match &strike.fault {
            Fault::Throttle => common(Common::Throttled, "Rate exceeded"),
            Fault::TooManyRequests => common(Common::TooManyRequests, "Too many requests"),
            Fault::InternalError => {
                common(Common::Internal, "The service failed in an unexpected way.")
            }
            Fault::Unavailable => common(Common::Unavailable, "The service is unavailable."),
            Fault::AccessDenied => {
                let caller = self.sts.identity(&visit.credential.access_key).await.arn;
                access::denied(protocol, &caller, action)
            }
            Fault::Error {
                status,
                code,
                message,
            } => protocol.error(*status, code, message),
            Fault::Reset => {
                self.log.end(ticket, Outcome::Reset);
                return Exchange::Reset;
            }
            Fault::DropAnswer => {
                let status = visit.service.handle(request).await.status;
                self.log.end(ticket, Outcome::AnswerDropped { status });
                return Exchange::Reset;
            }
            Fault::Delay { millis } => {
                tokio::time::sleep(Duration::from_millis(*millis)).await;
                visit.service.handle(request).await
            }
            Fault::Hang => {
                strike.held().await;
                visit.service.handle(request).await
            }
            Fault::Silence => {
                strike.held().await;
                self.log.end(ticket, Outcome::Reset);
                return Exchange::Reset;
            }
            Fault::HoldAnswer => {
                let answer = visit.service.handle(request).await;
                strike.held().await;
                answer
            }
        };
        self.answer(ticket, answer)
    }

    fn answer(&self, ticket: Ticket, answer: MockResponse) -> Exchange {
        self.log.end(ticket, answered(&answer));
        Exchange::Answer(answer)
    }
}

fn entry(request: &MockRequest, request_id: &str, visit: Option<&Visit<'_>>) -> Entry {
    Entry {
        service: visit
            .map_or("unknown", |visit| &visit.credential.service)
            .to_owned(),
        operation: visit
            .map_or("UnknownOperation", |visit| &visit.operation)
            .to_owned(),
        region: visit
            .map(|visit| visit.credential.region.clone())
            .unwrap_or_default(),
        method: request.method.clone(),
        path: extract_path(&request.uri),
        request_id: request_id.to_owned(),
        fault: None,
        outcome: Outcome::Pending,
    }
}

fn answered(answer: &MockResponse) -> Outcome {
    Outcome::Answered {
        status: answer.status,
        error: error_code(answer),
    }
}
