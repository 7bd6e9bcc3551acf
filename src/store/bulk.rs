//! Statements for many rows at once, kept prepared: a fixed few lengths each, so that the database plans each of them once.

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, QueryResult, Statement, Value};

/// Rows, or keys, per statement, longest first: few texts, each planned once and kept prepared. Between two lengths the longer one is filled up.
const LENGTHS: [usize; 27] = [
    256, 224, 192, 160, 128, 112, 96, 80, 64, 56, 48, 40, 32, 28, 24, 20, 16, 14, 12, 10, 8, 6, 5,
    4, 3, 2, 1,
];

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
            let filling: Vec<Value> = values[..columns].iter().map(Value::as_null).collect();
            while values.len() < length * columns {
                values.extend_from_slice(&filling);
            }
            let sql = self.sql(length, backend);
            statements.push(Statement::from_sql_and_values(backend, sql, values));
            values = rest;
        }
        statements
    }

    fn sql(&self, rows: usize, backend: DatabaseBackend) -> String {
        let columns = self.columns();
        let mut sql = String::with_capacity(512 + rows * columns * 6);
        match self {
            Self::Insert { into, .. } => {
                sql.extend(["INSERT INTO ", into, " SELECT * FROM (VALUES "])
            }
            Self::Update { rows, .. } => sql.extend(["WITH v (", rows, ") AS (VALUES "]),
        }
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ",(" });
            push_placeholders(&mut sql, backend, row * columns, columns);
            sql.push(')');
        }
        match self {
            Self::Insert { then, .. } => sql.extend([") AS v WHERE v.column1 IS NOT NULL ", then]),
            Self::Update { update, .. } => sql.extend([") ", update]),
        }
        sql
    }
}

/// A read by a list of keys: `before`, then the keys as `$n,…`, then `after`. `fixed` values come first, as `$1…`, each once and in order.
pub(super) struct Pick {
    pub before: &'static str,
    pub after: &'static str,
}

impl Pick {
    /// The rows of all `keys`. A short list is filled up by its last key, so that only few statement texts exist.
    pub async fn all<C: ConnectionTrait>(
        &self,
        connection: &C,
        fixed: &[Value],
        keys: &[Value],
    ) -> Result<Vec<QueryResult>, DbErr> {
        let mut found = Vec::new();
        let backend = connection.get_database_backend();
        for chunk in keys.chunks(LENGTHS[0]) {
            let length = length_for(chunk.len());
            let mut values = fixed.to_vec();
            values.extend_from_slice(chunk);
            if let Some(last) = chunk.last() {
                values.resize(fixed.len() + length, last.clone());
            }
            let mut sql = match backend {
                // Its driver looks up every numbered placeholder by name, one after the other.
                DatabaseBackend::Sqlite => (1..=fixed.len())
                    .fold(self.before.to_owned(), |sql, number| {
                        sql.replace(&format!("${number}"), "?")
                    }),
                _ => self.before.to_owned(),
            };
            push_placeholders(&mut sql, backend, fixed.len(), length);
            sql.push_str(self.after);
            let statement = Statement::from_sql_and_values(backend, sql, values);
            found.extend(connection.query_all_raw(statement).await?);
        }
        Ok(found)
    }
}

fn push_placeholders(sql: &mut String, backend: DatabaseBackend, before: usize, count: usize) {
    use std::fmt::Write;
    for column in 0..count {
        let comma = if column == 0 { "" } else { "," };
        let _ = match backend {
            DatabaseBackend::Sqlite => write!(sql, "{comma}?"),
            _ => write!(sql, "{comma}${}", before + column + 1),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: Bulk = Bulk::Insert {
        into: "t (a, b)",
        columns: 2,
        then: "ON CONFLICT DO NOTHING",
    };

    fn rows(count: i64) -> Vec<Value> {
        (0..count)
            .flat_map(|row| [row.into(), format!("b{row}").into()])
            .collect()
    }

    #[test]
    fn placeholders_run_through_all_rows() {
        assert_eq!(
            MANY.sql(2, DatabaseBackend::Postgres),
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
}
