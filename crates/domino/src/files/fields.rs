//! Values between commas, as `Write #` puts them down and `Input #` reads them.

use lotusscript::international::International;
use lotusscript::run::{Fault, Value, moment_of};

/// The values of `Write #` with the end of their line. [LSAZ_WRITE_STATEMENT]
pub(super) fn written(
    values: &[Value],
    international: &International,
) -> Result<String, Box<Fault>> {
    let fields: Result<Vec<String>, _> = values
        .iter()
        .map(|value| field(value, international))
        .collect();
    Ok(fields?.join(",") + "\r\n")
}

fn field(value: &Value, international: &International) -> Result<String, Box<Fault>> {
    Ok(match value {
        Value::Empty => String::new(),
        Value::Null => "#NULL#".to_owned(),
        Value::Boolean(true) => "#TRUE#".to_owned(),
        Value::Boolean(false) => "#FALSE#".to_owned(),
        Value::Text(text) => format!("\"{}\"", text.as_str()),
        Value::Date(date) => {
            let moment = moment_of(*date);
            let day = format!("{:04}-{:02}-{:02}", moment.year, moment.month, moment.day);
            let time = format!(
                "{:02}:{:02}:{:02}",
                moment.hour, moment.minute, moment.second
            );
            match (date.trunc() != 0.0, date.fract() != 0.0) {
                (true, true) => format!("#{day} {time}#"),
                (true, false) => format!("#{day}#"),
                (false, _) => format!("#{time}#"),
            }
        }
        other => other.text_by(international)?,
    })
}

/// The value at the beginning of a text, and how many bytes it takes with the comma or the end of line behind it. [LSAZ_INPUT_STATEMENT]
pub(super) fn read(text: &str) -> (Value, usize) {
    let blanks = text.len() - text.trim_start_matches([' ', '\t']).len();
    let rest = &text[blanks..];
    if let Some(quoted) = rest.strip_prefix('"') {
        let end = quoted.find('"').unwrap_or(quoted.len());
        let behind = &quoted[(end + 1).min(quoted.len())..];
        let skipped = behind.find([',', '\r', '\n']).unwrap_or(behind.len());
        let taken = text.len() - behind.len() + skipped;
        return (
            Value::text(&quoted[..end]),
            taken + separator(&behind[skipped..]),
        );
    }
    let end = rest.find([',', '\r', '\n']).unwrap_or(rest.len());
    let word = rest[..end].trim_end();
    let value = match word.to_ascii_uppercase().as_str() {
        "#NULL#" => Value::Null,
        "#TRUE#" => Value::Boolean(true),
        "#FALSE#" => Value::Boolean(false),
        _ => Value::text(unmarked(word)),
    };
    (value, blanks + end + separator(&rest[end..]))
}

/// A date without the marks around it.
fn unmarked(word: &str) -> &str {
    let inner = word
        .strip_prefix('#')
        .and_then(|word| word.strip_suffix('#'));
    inner.unwrap_or(word)
}

/// How long a comma or an end of line is.
pub(super) fn separator(text: &str) -> usize {
    match text {
        _ if text.starts_with("\r\n") => 2,
        _ if text.starts_with([',', '\r', '\n']) => 1,
        _ => 0,
    }
}
