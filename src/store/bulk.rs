//! Statements for many rows at once, kept prepared: a fixed few lengths each, so that the database plans each of them once. Several of them go to SQLite as one text, whose
//! driver hands every text to a thread of its own and back.

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, QueryResult, Statement, Value};

/// Rows, or keys, per statement, longest first: few texts, each planned once and kept prepared. Between two lengths the longer one is filled up.
const LENGTHS: [usize; 27] = [
    256, 224, 192, 160, 128, 112, 96, 80, 64, 56, 48, 40, 32, 28, 24, 20, 16, 14, 12, 10, 8, 6, 5,
    4, 3, 2, 1,
];

/// Texts in a batch whose writes go together, shortest first: what is longer is not held up by its way to the database. Few, because each set of writes is a text of its own
/// for each of them.
const TOGETHER: [usize; 9] = [2, 4, 8, 12, 16, 24, 32, 48, 64];

/// The shortest of them that has room for so many, or the longest.
fn length_for(rows: usize) -> usize {
    let fitting = LENGTHS.into_iter().rfind(|length| *length >= rows);
    fitting.unwrap_or(LENGTHS[0])
}

/// A write for any number of rows. A row whose first value is NULL fills up a statement, and nothing else.
#[derive(Debug)]
pub(super) enum Bulk {
    /// `INSERT INTO` + `into` (a table and its columns in brackets) + rows + `then` (`ON CONFLICT …`, `RETURNING …`).
    Insert {
        into: &'static str,
        columns: usize,
        then: &'static str,
        /// About as many rows of it belong to one text.
        per_text: usize,
    },
    /// `update`, for each row of `v`, whose columns are `rows` and whose first one is compared with what is never NULL: `UPDATE t SET b = v.b FROM v WHERE t.id = v.id`.
    Update {
        rows: &'static str,
        columns: usize,
        update: &'static str,
    },
}

impl Bulk {
    /// Values per row.
    pub const fn columns(&self) -> usize {
        match self {
            Self::Insert { columns, .. } | Self::Update { columns, .. } => *columns,
        }
    }

    /// The table that it writes.
    pub fn table(&self) -> &'static str {
        match self {
            Self::Insert { into, .. } => word_after("", into),
            Self::Update { update, .. } => word_after("UPDATE ", update),
        }
    }

    fn per_text(&self) -> usize {
        match self {
            Self::Insert { per_text, .. } => *per_text,
            Self::Update { .. } => 1,
        }
    }

    /// Runs it for all of `values`, row after row.
    pub async fn run<C: ConnectionTrait>(&self, tx: &C, values: Vec<Value>) -> Result<(), DbErr> {
        for statement in self.statements(tx.get_database_backend(), values) {
            tx.execute_raw(statement).await?;
        }
        Ok(())
    }

    /// The same of a write that ends with `RETURNING …`; the rows that it returns.
    pub async fn returning<C: ConnectionTrait>(
        &self,
        tx: &C,
        values: Vec<Value>,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let mut rows = Vec::new();
        for statement in self.statements(tx.get_database_backend(), values) {
            rows.extend(tx.query_all_raw(statement).await?);
        }
        Ok(rows)
    }

    fn statements(&self, backend: DatabaseBackend, mut values: Vec<Value>) -> Vec<Statement> {
        let columns = self.columns();
        debug_assert_eq!(values.len() % columns, 0, "{self:?}");
        let mut statements = Vec::new();
        while !values.is_empty() {
            let length = length_for(values.len() / columns);
            let rest = values.split_off(values.len().min(length * columns));
            self.fill_up(&mut values, length);
            let mut sql = String::new();
            self.write_sql(&mut sql, length, backend);
            statements.push(Statement::from_sql_and_values(backend, sql, values));
            values = rest;
        }
        statements
    }

    /// Adds rows that do nothing.
    fn fill_up(&self, values: &mut Vec<Value>, length: usize) {
        let columns = self.columns();
        let filling: Vec<Value> = values[..columns].iter().map(Value::as_null).collect();
        while values.len() < length * columns {
            values.extend_from_slice(&filling);
        }
    }

    fn write_sql(&self, sql: &mut String, rows: usize, backend: DatabaseBackend) {
        let columns = self.columns();
        sql.reserve(512 + rows * columns * 6);
        match self {
            Self::Insert { into, .. } => {
                sql.extend(["INSERT INTO ", into, " SELECT * FROM (VALUES "])
            }
            Self::Update { rows, .. } => sql.extend(["WITH v (", rows, ") AS (VALUES "]),
        }
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ",(" });
            push_placeholders(sql, backend, row * columns, columns);
            sql.push(')');
        }
        match self {
            Self::Insert { then, .. } => sql.extend([") AS v WHERE v.column1 IS NOT NULL ", then]),
            Self::Update { update, .. } => sql.extend([") ", update]),
        }
    }
}

/// Writes with all their values, in the order in which they are to be done.
pub(super) type Writes = Vec<(&'static Bulk, Vec<Value>)>;

/// Runs them, and `then`, a statement or nothing, last; as one text where they are short, and the database takes such a text.
pub(super) async fn run_all<C: ConnectionTrait>(
    tx: &C,
    mut writes: Writes,
    then: &str,
) -> Result<(), DbErr> {
    writes.retain(|(_, values)| !values.is_empty());
    let backend = tx.get_database_backend();
    let mut last = Statement::from_string(backend, then);
    match one_text(&mut writes, backend) {
        Some(together) => {
            last.sql.insert_str(0, &together.sql);
            last.values = together.values;
        }
        None => {
            for (bulk, values) in writes {
                bulk.run(tx, values).await?;
            }
        }
    }
    if !last.sql.is_empty() {
        tx.execute_raw(last).await?;
    }
    Ok(())
}

fn one_text(writes: &mut Writes, backend: DatabaseBackend) -> Option<Statement> {
    if backend != DatabaseBackend::Sqlite {
        return None;
    }
    let texts = writes
        .iter()
        .map(|(bulk, values)| (values.len() / bulk.columns()).div_ceil(bulk.per_text()))
        .max()?;
    let texts = TOGETHER.into_iter().find(|length| *length >= texts)?;
    let (mut sql, mut all) = (String::new(), Vec::new());
    for (bulk, mut values) in writes.drain(..) {
        let length = texts * bulk.per_text();
        bulk.fill_up(&mut values, length);
        bulk.write_sql(&mut sql, length, backend);
        sql.push(';');
        all.append(&mut values);
    }
    Some(Statement::from_sql_and_values(backend, sql, all))
}

/// The first word behind `before`, where that is first found.
fn word_after(before: &str, sql: &'static str) -> &'static str {
    let behind = sql.split_once(before).map_or(sql, |(_, behind)| behind);
    behind.split(' ').next().unwrap_or(behind)
}

/// A read by a list of keys: `before`, then the keys as `$n,…`, then `after`. `fixed` values come first, as `$1…`, each once and in order.
pub(super) struct Pick {
    pub before: &'static str,
    pub after: &'static str,
}

impl Pick {
    /// The table that it reads.
    pub fn table(&self) -> &'static str {
        debug_assert_eq!(self.before.matches("FROM ").count(), 1, "{}", self.before);
        word_after("FROM ", self.before)
    }

    /// The rows of all `keys`.
    pub async fn all<C: ConnectionTrait>(
        &self,
        connection: &C,
        fixed: &[Value],
        keys: &[Value],
    ) -> Result<Vec<QueryResult>, DbErr> {
        all_of(connection, &[(self, fixed)], keys).await
    }

    /// Adds the text and the values of one list of keys, filled up by its last one, so that only few statement texts exist.
    fn write_sql(
        &self,
        sql: &mut String,
        values: &mut Vec<Value>,
        backend: DatabaseBackend,
        fixed: &[Value],
        keys: &[Value],
    ) {
        match backend {
            // Its driver looks up every numbered placeholder by name, one after the other.
            DatabaseBackend::Sqlite => sql.push_str(
                &(1..=fixed.len()).fold(self.before.to_owned(), |before, number| {
                    before.replace(&format!("${number}"), "?")
                }),
            ),
            _ => sql.push_str(self.before),
        }
        let length = length_for(keys.len());
        push_placeholders(sql, backend, fixed.len(), length);
        sql.push_str(self.after);
        values.extend_from_slice(fixed);
        values.extend_from_slice(keys);
        if let Some(last) = keys.last() {
            values.extend(std::iter::repeat_n(last, length - keys.len()).cloned());
        }
    }
}

/// The rows of all `keys` in several picks, each with its fixed values: several go as one text, which only SQLite takes. Their rows come mixed, where there are many keys.
pub(super) async fn all_of<C: ConnectionTrait>(
    connection: &C,
    picks: &[(&Pick, &[Value])],
    keys: &[Value],
) -> Result<Vec<QueryResult>, DbErr> {
    let mut found = Vec::new();
    let backend = connection.get_database_backend();
    for chunk in keys.chunks(LENGTHS[0]) {
        let (mut sql, mut values) = (String::new(), Vec::new());
        for (pick, fixed) in picks {
            if !sql.is_empty() {
                sql.push(';');
            }
            pick.write_sql(&mut sql, &mut values, backend, fixed, chunk);
        }
        let statement = Statement::from_sql_and_values(backend, sql, values);
        found.extend(connection.query_all_raw(statement).await?);
    }
    Ok(found)
}

fn push_placeholders(sql: &mut String, backend: DatabaseBackend, before: usize, count: usize) {
    use std::fmt::Write;
    for column in 0..count {
        if column > 0 {
            sql.push(',');
        }
        match backend {
            DatabaseBackend::Sqlite => sql.push('?'),
            _ => {
                let _ = write!(sql, "${}", before + column + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: Bulk = Bulk::Insert {
        into: "t (a, b)",
        columns: 2,
        then: "ON CONFLICT DO NOTHING",
        per_text: 1,
    };
    const FEW: Bulk = Bulk::Update {
        rows: "id, c",
        columns: 2,
        update: "UPDATE u SET c = v.c FROM v WHERE u.id = v.id",
    };

    fn rows(count: i64) -> Vec<Value> {
        (0..count)
            .flat_map(|row| [row.into(), format!("b{row}").into()])
            .collect()
    }

    #[test]
    fn placeholders_run_through_all_rows() {
        let mut sql = String::new();
        MANY.write_sql(&mut sql, 2, DatabaseBackend::Postgres);
        assert_eq!(
            sql,
            "INSERT INTO t (a, b) SELECT * FROM (VALUES ($1,$2),($3,$4)) AS v WHERE v.column1 IS NOT NULL ON CONFLICT DO NOTHING"
        );
    }

    #[test]
    fn any_number_of_rows_is_few_statements_of_few_lengths() {
        for count in [0, 1, 5, 26, 64, 65, 256, 257, 700] {
            let statements = MANY.statements(DatabaseBackend::Sqlite, rows(count));
            assert_eq!(
                statements.len(),
                usize::try_from(count).unwrap().div_ceil(256)
            );
            let bound: Vec<Value> = statements
                .into_iter()
                .flat_map(|statement| statement.values.unwrap().0)
                .collect();
            assert!(LENGTHS.contains(&(bound.len() / 2 % 256)) || bound.len().is_multiple_of(512));
            let (real, filling) = bound.split_at(usize::try_from(count).unwrap() * 2);
            assert_eq!(real, rows(count));
            assert!(
                filling
                    .chunks(2)
                    .all(|row| row == [Value::BigInt(None), Value::String(None)])
            );
        }
    }

    #[test]
    fn writes_go_together_in_their_order_each_filled_up() {
        let texts = |writes: &[(&'static Bulk, usize)]| {
            let rows = |(bulk, count): &(&'static Bulk, usize)| (*bulk, rows(*count as i64));
            let mut writes: Writes = writes.iter().map(rows).collect();
            one_text(&mut writes, DatabaseBackend::Sqlite)
        };
        let together = texts(&[(&MANY, 3), (&FEW, 1)]).unwrap();
        let both: Vec<&str> = together.sql.split_terminator(';').collect();
        assert_eq!(both[0].matches("(?,?)").count(), 4, "{}", both[0]);
        assert_eq!(both[1].matches("(?,?)").count(), 4, "{}", both[1]);
        assert!(
            both[0].starts_with("INSERT INTO t ")
                && both[1].ends_with("UPDATE u SET c = v.c FROM v WHERE u.id = v.id")
        );
        assert_eq!(together.values.unwrap().0.len(), 16);
        assert!(texts(&[]).is_none(), "nothing");
        assert!(texts(&[(&MANY, 65), (&FEW, 1)]).is_none(), "long");
        assert_eq!((MANY.table(), FEW.table()), ("t", "u"));
    }
}
