//! Answers as tables for people: the words come from the same document that `--json` prints.

use serde_json::{Map, Value};

/// Columns in the order in which people look for them; others follow.
const ORDER: [&str; 37] = [
    "number",
    "handset",
    "prefix",
    "rank",
    "scope",
    "user",
    "email",
    "name",
    "company",
    "department",
    "country",
    "zone",
    "carrier",
    "state",
    "host",
    "port",
    "system_id",
    "settings",
    "active",
    "kind",
    "quota",
    "used_today",
    "day",
    "receipts",
    "restricted",
    "mail_domains",
    "fallback_address",
    "serial_tail",
    "serial",
    "key",
    "api_key",
    "note",
    "word",
    "from",
    "to",
    "parts",
    "text",
];

/// A list as a table, one thing as lines.
pub fn text_of(answer: &Value) -> String {
    match answer {
        Value::Array(rows) if rows.is_empty() => "none".to_owned(),
        Value::Array(rows) => {
            let rows: Vec<&Map<String, Value>> = rows.iter().filter_map(Value::as_object).collect();
            let rows = in_ranges(&rows);
            table(&rows.iter().collect::<Vec<_>>())
        }
        Value::Object(fields) => lines(fields),
        other => cell(other),
    }
}

/// A row, and the first and last number for which it stands, if it has any.
type Range = (Map<String, Value>, Option<(i64, i64)>);

/// Pool numbers that follow one another and are alike in everything else stand in one row: `+61400000001..+61400000200`, as `number add` takes them.
fn in_ranges(rows: &[&Map<String, Value>]) -> Vec<Map<String, Value>> {
    let number = |row: &Map<String, Value>| -> Option<i64> {
        row.get("number")?.as_str()?.strip_prefix('+')?.parse().ok()
    };
    let rest = |row: &Map<String, Value>| {
        let mut rest = row.clone();
        rest.remove("number");
        rest
    };
    let mut ranges: Vec<Range> = Vec::new();
    for row in rows {
        let own = number(row);
        if let (Some(next), Some((known, Some((_, last))))) = (own, ranges.last_mut())
            && *last + 1 == next
            && rest(known) == rest(row)
        {
            *last = next;
            continue;
        }
        ranges.push(((*row).clone(), own.map(|own| (own, own))));
    }
    let summed = ranges.into_iter().map(|(mut row, range)| {
        if let Some((first, last)) = range.filter(|(first, last)| first != last) {
            row.insert("number".to_owned(), format!("+{first}..+{last}").into());
        }
        row
    });
    summed.collect()
}

fn table(rows: &[&Map<String, Value>]) -> String {
    let mut columns: Vec<&String> = Vec::new();
    for row in rows {
        for (column, value) in *row {
            if !value.is_null() && !columns.contains(&column) {
                columns.push(column);
            }
        }
    }
    columns.sort_by_key(|column| place(column));
    let head = columns
        .iter()
        .map(|column| column.replace('_', " ").to_uppercase());
    let mut grid: Vec<Vec<String>> = vec![head.collect()];
    for row in rows {
        let cells = columns
            .iter()
            .map(|column| row.get(*column).map_or_else(String::new, cell));
        grid.push(cells.collect());
    }
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| grid.iter().map(|row| width(&row[at])).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in &grid {
        let padded: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, wide)| pad(cell, *wide))
            .collect();
        text.push_str(padded.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn lines(fields: &Map<String, Value>) -> String {
    let mut fields: Vec<(&String, &Value)> = fields
        .iter()
        .filter(|(_, value)| !value.is_null())
        .collect();
    fields.sort_by_key(|(name, _)| place(name));
    let wide = fields
        .iter()
        .map(|(name, _)| name.len() + 1)
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for (name, value) in &fields {
        let label = format!("{}:", name.replace('_', " "));
        text.push_str(format!("{} {}", pad(&label, wide), cell(value)).trim_end());
        text.push('\n');
    }
    let has = |wanted: &str| fields.iter().any(|(name, _)| *name == wanted);
    if has("serial") || has("api_key") {
        text.push_str("What is secret here is shown this once: hand it over now.\n");
    }
    text
}

/// Ids and times come last: they are looked for least.
fn place(column: &str) -> (usize, String) {
    let known = ORDER.iter().position(|known| *known == column);
    let rest = if column == "id" {
        ORDER.len()
    } else {
        ORDER.len() + 1
    };
    (known.unwrap_or(rest), column.to_owned())
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        // A text from a handset must not steer the terminal.
        Value::String(text) => sms::printable_line(text),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(fields) if fields.is_empty() => "none".to_owned(),
        Value::Object(fields) => {
            let pairs = fields
                .iter()
                .map(|(key, value)| format!("{key}={}", cell(value)));
            pairs.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn pad(text: &str, wide: usize) -> String {
    format!("{text}{}", " ".repeat(wide.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_become_tables() {
        let table = [
            (json!([]), "none"),
            (
                json!([{"id": "a", "name": "Acme", "active": true, "quota": null},
                       {"id": "b", "name": "Büro \u{1b}[2J", "active": false, "quota": 5}]),
                "NAME      ACTIVE  QUOTA  ID\nAcme      yes            a\nBüro [2J  no      5      b\n",
            ),
            (
                json!({"name": "Acme", "mail_domains": ["a.example", "b.example"], "quota": null}),
                "name:         Acme\nmail domains: a.example, b.example\n",
            ),
            (
                json!({"name": "telco", "settings": {"bind": "split", "window": 50}}),
                "name:     telco\nsettings: bind=split, window=50\n",
            ),
            (
                json!([{"number": "+61400000001", "carrier": "a"}, {"number": "+61400000002", "carrier": "a"}, {"number": "+61400000003", "carrier": "b"},
                       {"number": "+61400000005", "carrier": "b"}]),
                "NUMBER                      CARRIER\n+61400000001..+61400000002  a\n+61400000003                b\n+61400000005                b\n",
            ),
        ];
        for (answer, text) in table {
            assert_eq!(text_of(&answer), text);
        }
        assert!(text_of(&json!({"serial": "1"})).contains("this once"));
    }
}
