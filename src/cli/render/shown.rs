//! A result in each of the forms that `-o` knows, alone or in a list that is printed as it grows.

use std::io;

use serde::Serialize;
use serde_json::Value;

use super::super::options::Output;
use super::yaml::yaml;
use super::{Screen, harmless, print, put};

/// Rows that a terminal's table has at most: a longer list is several tables, so that its beginning need not wait for
/// its end.
const TABLE_MAX: usize = 500;

/// What people read of a result.
pub enum Told {
    /// A sentence.
    Line(String),
    /// A row of a table.
    Row(&'static Columns, Vec<String>),
    /// Fields, one a line.
    Fields(Vec<(String, String)>),
}

/// What the columns of a table are called.
#[derive(Debug, PartialEq, Eq)]
pub struct Columns {
    /// The headings.
    pub heads: &'static [&'static str],
    /// Those that are to be flush right.
    pub numbers: &'static [usize],
}

/// Something that can be printed in every form.
pub trait Shown {
    /// The columns of `-o csv`, where the fields of an object in a field are named with a dot; none of a result that
    /// stands alone, whose fields are all there.
    const CSV: &'static [&'static str] = &[];

    /// As the service sends it, or would.
    fn json(&self) -> Vec<u8>;

    /// What names it to other commands: the ids of the users that it is about.
    fn names(&self) -> Vec<String>;

    /// What people read of it, alone or among others.
    fn told(&self, screen: &Screen, is_alone: bool) -> Vec<Told>;
}

/// The JSON of a result that is plain.
#[must_use]
pub fn plain_json(result: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(result).expect("results are plain JSON")
}

impl Screen {
    /// Prints a result.
    ///
    /// # Errors
    /// That stdout does not take it.
    pub fn show<T: Shown>(&self, result: &T) -> io::Result<()> {
        match self.format {
            Output::Json => self.give(&format!("{}\n", self.laid_out(&result.json())?)),
            Output::Yaml => self.give(&yaml(&value(result)?)),
            Output::Table => {
                let mut table = Rows::default();
                result.told(self, true).into_iter().try_for_each(|told| table.add(told, self))?;
                table.end(self)
            }
            Output::Ndjson | Output::Csv | Output::Name => {
                let mut list = self.list();
                list.add(result)?;
                list.end()
            }
        }
    }

    /// A list of results, printed one by one.
    #[must_use]
    pub fn list<T: Shown>(&self) -> List<'_, T> {
        List { screen: self, rows: Rows::default(), count: 0, heads: Vec::new(), of: std::marker::PhantomData }
    }

    /// JSON as it came for a program, and with a line for each field for a person.
    fn laid_out(&self, json: &[u8]) -> io::Result<String> {
        if self.out.width.is_none() {
            return Ok(String::from_utf8_lossy(json).into_owned());
        }
        let value: Value = serde_json::from_slice(json)?;
        Ok(serde_json::to_string_pretty(&value)?)
    }

    /// Text for programs, which a person may look at.
    fn give(&self, text: &str) -> io::Result<()> {
        if self.out.width.is_some() { put(escaped(text).as_bytes()) } else { put(text.as_bytes()) }
    }

    fn give_csv<'a>(&self, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
        let mut line = csv::Writer::from_writer(Vec::new());
        line.write_record(cells)?;
        let line = line.into_inner().map_err(csv::IntoInnerError::into_error)?;
        self.give(&String::from_utf8_lossy(&line))
    }
}

/// A list that grows.
pub struct List<'a, T> {
    screen: &'a Screen,
    rows: Rows,
    count: usize,
    /// The columns of CSV.
    heads: Vec<String>,
    of: std::marker::PhantomData<T>,
}

impl<T: Shown> List<'_, T> {
    /// Prints one more.
    ///
    /// # Errors
    /// That stdout does not take it.
    pub fn add(&mut self, result: &T) -> io::Result<()> {
        let is_first = self.count == 0;
        self.count += 1;
        match self.screen.format {
            Output::Table => {
                result.told(self.screen, false).into_iter().try_for_each(|told| self.rows.add(told, self.screen))
            }
            Output::Json => {
                let text = self.screen.laid_out(&result.json())?;
                let indent = if self.screen.out.width.is_some() { "  " } else { "" };
                let text = text.replace('\n', &format!("\n{indent}"));
                self.screen.give(&format!("{}{indent}{text}", if is_first { "[\n" } else { ",\n" }))
            }
            Output::Ndjson => self.screen.give(&format!("{}\n", String::from_utf8_lossy(&result.json()))),
            Output::Yaml => self.screen.give(&yaml(&Value::Array(vec![value(result)?]))),
            Output::Csv => {
                let mut fields = Vec::new();
                flatten("", &value(result)?, &mut fields);
                if is_first {
                    self.print_heads(&fields)?;
                }
                let find = |head: &String| fields.iter().find(|(name, _)| name == head).map(|(_, cell)| cell.as_str());
                self.screen.give_csv(self.heads.iter().map(|head| find(head).unwrap_or_default()))
            }
            Output::Name => result.names().iter().try_for_each(|name| print(name)),
        }
    }

    /// Prints what is left. A list that is not ended is not whole.
    ///
    /// # Errors
    /// That stdout does not take it.
    pub fn end(mut self) -> io::Result<()> {
        match (self.screen.format, self.count) {
            (Output::Json, 0) => print("[]"),
            (Output::Json, _) => print("\n]"),
            (Output::Yaml, 0) => print("[]"),
            (Output::Csv, 0) if !T::CSV.is_empty() => self.print_heads(&[]),
            _ => self.rows.end(self.screen),
        }
    }

    fn print_heads(&mut self, fields: &[(String, String)]) -> io::Result<()> {
        let known = T::CSV.iter().map(|head| (*head).to_owned());
        let found = fields.iter().map(|(name, _)| name.clone());
        self.heads = if T::CSV.is_empty() { found.collect() } else { known.collect() };
        self.screen.give_csv(self.heads.iter().map(String::as_str))
    }
}

/// Rows of a table that wait for the widths of the others, where it has a box.
#[derive(Default)]
struct Rows {
    columns: Option<&'static Columns>,
    waiting: Vec<Vec<String>>,
}

impl Rows {
    fn add(&mut self, told: Told, screen: &Screen) -> io::Result<()> {
        match told {
            Told::Row(columns, row) => {
                if self.columns != Some(columns) || self.waiting.len() == TABLE_MAX {
                    self.flush(screen)?;
                    self.columns = Some(columns);
                }
                self.waiting.push(row);
                // Without a box nobody waits for anybody.
                if screen.out.width.is_none() { self.flush(screen) } else { Ok(()) }
            }
            Told::Line(line) => {
                self.flush(screen)?;
                print(&line)
            }
            Told::Fields(fields) => {
                self.flush(screen)?;
                screen.record(&fields)
            }
        }
    }

    fn flush(&mut self, screen: &Screen) -> io::Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        match self.columns {
            Some(columns) if !waiting.is_empty() => screen.table(columns, &waiting),
            _ => Ok(()),
        }
    }

    fn end(mut self, screen: &Screen) -> io::Result<()> {
        self.flush(screen)
    }
}

fn value(result: &impl Shown) -> io::Result<Value> {
    Ok(serde_json::from_slice(&result.json())?)
}

/// The fields of an object and of the objects in it, as text.
fn flatten(name: &str, value: &Value, fields: &mut Vec<(String, String)>) {
    let text = match value {
        Value::Object(parts) => {
            for (part, value) in parts {
                let name = if name.is_empty() { part.clone() } else { format!("{name}.{part}") };
                flatten(&name, value, fields);
            }
            return;
        }
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    fields.push((name.to_owned(), text));
}

/// Text for programs may hold control characters as they are, JSON those above U+007E; a terminal must not get them so.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && harmless(c.encode_utf8(&mut [0; 4])).len() > c.len_utf8() {
            shown.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}
