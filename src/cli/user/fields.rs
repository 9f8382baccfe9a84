//! The fields of a user, as they are written on the command line.

use std::str::FromStr;

use super::super::exit::{Exit, Failure};
use super::super::ids::read_one;
use crate::client::InvalidField;
use crate::user::{NewUser, Problem, UserChange, UserId};

/// `name=…` or `email=…`
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pair {
    Name(String),
    Email(String),
}

impl Pair {
    /// Reads one; the error says what it may be.
    pub fn parse(written: &str) -> Result<Self, String> {
        let (field, value) = written.split_once('=').ok_or("it looks like name=VALUE or email=VALUE")?;
        match field {
            "name" => Ok(Self::Name(value.into())),
            "email" => Ok(Self::Email(value.into())),
            "id" | "created_at" => Err(format!("the {field} of a user never changes")),
            _ => Err(format!("a user has no {field:?}, but a name and an email")),
        }
    }
}

/// The new values, whether they were given as options or as pairs.
///
/// # Errors
/// That one is given twice.
pub fn given<'a>(
    name: Option<&'a str>,
    email: Option<&'a str>,
    pairs: &'a [Pair],
) -> Result<(Option<&'a str>, Option<&'a str>), Failure> {
    let names = pairs.iter().filter_map(|pair| if let Pair::Name(name) = pair { Some(name.as_str()) } else { None });
    let emails =
        pairs.iter().filter_map(|pair| if let Pair::Email(email) = pair { Some(email.as_str()) } else { None });
    Ok((only("name", name.into_iter().chain(names))?, only("email", email.into_iter().chain(emails))?))
}

fn only<'a>(field: &str, mut values: impl Iterator<Item = &'a str>) -> Result<Option<&'a str>, Failure> {
    let first = values.next();
    match values.next() {
        None => Ok(first),
        Some(_) => Err(Failure::new(Exit::Usage, format!("the {field} is given twice")).attempt("to give it once")),
    }
}

/// Checks what a user is to be created from.
pub fn new_user(name: &str, email: &str) -> Result<NewUser, Failure> {
    let mut wrong = Vec::new();
    let name = read("name", name, &mut wrong);
    let email = read("email", email, &mut wrong);
    match (name, email) {
        (Some(name), Some(email)) => Ok(NewUser { name, email }),
        _ => Err(Failure::invalid(wrong)),
    }
}

/// Everything that is wrong is told together, the id first, and before it is told that nobody has the id.
pub fn user_change(id: &str, name: Option<&str>, email: Option<&str>) -> Result<(UserId, UserChange), Failure> {
    let mut wrong = Vec::new();
    let id = read_one(id, &["path", "user_id"], &mut wrong);
    let name = name.and_then(|name| read("name", name, &mut wrong));
    let email = email.and_then(|email| read("email", email, &mut wrong));
    match id {
        Some(id) if wrong.is_empty() => {
            let possible = id.possible().ok_or_else(|| Failure::not_found(&id))?;
            Ok((possible, UserChange { name, email }))
        }
        _ => Err(Failure::invalid(wrong)),
    }
}

fn read<T: FromStr<Err = Problem>>(field: &str, written: &str, wrong: &mut Vec<InvalidField>) -> Option<T> {
    written.parse().map_err(|problem| wrong.push(InvalidField::new(field, written, &problem))).ok()
}
