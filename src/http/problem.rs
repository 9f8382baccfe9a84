//! Errors: which there are, and how they are written, in the original's form or as `application/problem+json`
//! (RFC 9457).

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::accept::Form;
use super::invalid::Fault;

macro_rules! codes {
    ($($code:ident $name:literal $status:ident $title:literal)*) => {
        /// What is wrong, for programs. Names are never changed; docs/api.md lists them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
        #[schema(as = ProblemCode, description = "What is wrong, for programs")]
        pub enum Code { $(#[doc = $title] #[schema(rename = $name)] $code,)* }

        impl Code {
            /// All of them.
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// The name on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }

            /// The status that it comes with, always.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$code => StatusCode::$status,)* }
            }

            /// What is wrong, for people, whatever the request was.
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)* }
            }

            /// The type of the problem: a name, with nothing behind it to be fetched.
            fn uri(self) -> &'static str {
                match self { $(Self::$code => concat!("urn:usersvc:problem:", $name),)* }
            }
        }
    };
}

codes! {
    BodyUnreadable "body_unreadable" BAD_REQUEST "The body cannot be read"
    HeaderInvalid "header_invalid" BAD_REQUEST "A header makes no sense"
    PathUnknown "path_unknown" NOT_FOUND "There is nothing at this path"
    UserNotFound "user_not_found" NOT_FOUND "There is no such user"
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED "The resource does not have this method"
    BodyTooSlow "body_too_slow" REQUEST_TIMEOUT "The body did not arrive in time"
    UserBusy "user_busy" CONFLICT "Others are changing this user"
    EmailTaken "email_taken" CONFLICT "Somebody else has this e-mail address"
    KeyInUse "key_in_use" CONFLICT "A request with this key is under way"
    PreconditionFailed "precondition_failed" PRECONDITION_FAILED "The user is not at the demanded version"
    BodyTooLarge "body_too_large" PAYLOAD_TOO_LARGE "The body is too large"
    InputInvalid "input_invalid" UNPROCESSABLE_ENTITY "The input is not valid"
    KeyReused "key_reused" UNPROCESSABLE_ENTITY "The key was used for another request"
    RowDamaged "row_damaged" INTERNAL_SERVER_ERROR "What is stored cannot be read"
    ServiceFailed "service_failed" INTERNAL_SERVER_ERROR "The service failed"
    ServiceStarting "service_starting" SERVICE_UNAVAILABLE "The service is starting"
    ServiceStopping "service_stopping" SERVICE_UNAVAILABLE "The service is stopping"
    TooManyListeners "too_many_listeners" SERVICE_UNAVAILABLE "Nobody else can listen to the events"
    StoreUnavailable "store_unavailable" SERVICE_UNAVAILABLE "A store does not answer"
}

/// An error on its way out: [`Problem::write_to`] gives the answer its body, once it is known who reads it.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    detail: Detail,
}

#[derive(Clone, Debug)]
enum Detail {
    Sentence(String),
    Faults(Vec<Fault>),
}

/// One sentence, in the original's form.
#[derive(Serialize, ToSchema)]
#[schema(as = ErrorResponse, description = "What is wrong, and what to do next")]
pub struct Told<'a> {
    /// One sentence
    detail: &'a str,
}

/// A list, in the original's form.
#[derive(Serialize, ToSchema)]
#[schema(as = HTTPValidationError, description = "Everything that is wrong with the request")]
pub struct Listed<'a> {
    #[schema(value_type = Vec<Fault>)]
    detail: &'a [Fault],
}

/// The body by RFC 9457, section 3.1, with members of our own at its end.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem, description = "What is wrong (RFC 9457)")]
pub struct Document<'a> {
    /// The type of the problem, which follows from its code
    r#type: &'static str,
    /// What is wrong, whatever the request was
    title: &'static str,
    /// The status of the answer
    status: u16,
    /// What is wrong with this request, and what to do next
    detail: &'a str,
    /// The id of the request, as a URN
    instance: &'a str,
    #[schema(value_type = Code)]
    code: &'static str,
    /// Of a 422, everything that is wrong
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Fault>>, nullable = false)]
    errors: Option<&'a [Fault]>,
}

/// What stands before the id of a request where that has to be a URI.
const INSTANCE: &str = "urn:usersvc:request:";

impl Problem {
    /// An error of one sentence.
    pub fn new(code: Code, sentence: impl Into<String>) -> Self {
        Self { code, detail: Detail::Sentence(sentence.into()) }
    }

    /// A list of all that is wrong with a request.
    pub fn listed(code: Code, faults: Vec<Fault>) -> Self {
        Self { code, detail: Detail::Faults(faults) }
    }

    /// Gives the answer its body. `id` is that of the request.
    pub fn write_to(&self, response: &mut Response, form: Form, id: &HeaderValue) {
        *response.body_mut() = Body::from(self.body(form, id));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.content_type()));
        headers.append(header::VARY, HeaderValue::from_static("Accept"));
    }

    /// The body in that form.
    pub fn body(&self, form: Form, id: &HeaderValue) -> Vec<u8> {
        match (form, &self.detail) {
            (Form::Original, Detail::Sentence(sentence)) => to_json(&Told { detail: sentence }),
            (Form::Original, Detail::Faults(faults)) => to_json(&Listed { detail: faults }),
            (Form::Problem, _) => self.document(id),
        }
    }

    /// What is wrong, for programs.
    pub fn code(&self) -> Code {
        self.code
    }

    fn document(&self, id: &HeaderValue) -> Vec<u8> {
        let (detail, errors) = match &self.detail {
            Detail::Sentence(sentence) => (sentence.clone(), None),
            Detail::Faults(faults) => {
                let each: Vec<String> = faults.iter().map(ToString::to_string).collect();
                (each.join("; "), Some(faults.as_slice()))
            }
        };
        to_json(&Document {
            r#type: self.code.uri(),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: &detail,
            instance: &format!("{INSTANCE}{}", id.to_str().expect("the id of a request is visible ASCII")),
            code: self.code.name(),
            errors,
        })
    }
}

fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("an error is plain JSON")
}

/// An answer that has its status, and no body yet.
impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        let mut response = Self::default();
        *response.status_mut() = problem.code.status();
        response.extensions_mut().insert(problem);
        response
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_code_is_in_the_documentation_with_its_status() {
        let page = include_str!("../../docs/api.md");
        for code in Code::ALL {
            let row = format!("| {} | `{}` |", code.status().as_u16(), code.name());
            assert!(page.contains(&row), "docs/api.md has no {row}");
        }
        let names: HashSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
