//! Statements for many rows at once, kept prepared: a fixed few lengths each, so that the database plans each of them once.

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, QueryResult, Statement, Value,
};

/// Rows per statement, longest first. Every number of rows is made of few of these, and each is a statement that stays prepared.
const LENGTHS: [usize; 23] = [
    64, 56, 48, 40, 32, 28, 24, 20, 18, 16, 14, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1,
];

/// A write for any number of rows of `columns` values: `before`, then `(…),(…)`, then `after`.
///
/// `INSERT INTO t (a, b) VALUES ` + rows + ` ON CONFLICT …`, or
/// `WITH v (id, b) AS (VALUES ` + rows + `) UPDATE t SET b = v.b FROM v WHERE t.id = v.id`.
pub(super) struct Bulk {
    pub before: &'static str,
    pub columns: usize,
    pub after: &'static str,
}

impl Bulk {
    /// Runs it for all of `values`, row after row. Rows affected in all.
    pub async fn run(&self, tx: &DatabaseTransaction, values: Vec<Value>) -> Result<u64, DbErr> {
        let mut affected = 0;
        for statement in self.statements(tx.get_database_backend(), values) {
            affected += tx.execute_raw(statement).await?.rows_affected();
        }
        Ok(affected)
    }

    /// The same of a write that ends with `RETURNING …`; the rows that it returns.
    pub async fn returning(
        &self,
        tx: &DatabaseTransaction,
        values: Vec<Value>,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let mut rows = Vec::new();
        for statement in self.statements(tx.get_database_backend(), values) {
            rows.extend(tx.query_all_raw(statement).await?);
        }
        Ok(rows)
    }

    fn statements(&self, backend: DatabaseBackend, values: Vec<Value>) -> Vec<Statement> {
        debug_assert_eq!(values.len() % self.columns, 0, "{}", self.before);
        let mut left = values.len() / self.columns;
        let mut values = values.into_iter();
        let mut statements = Vec::new();
        for length in LENGTHS {
            while left >= length {
                let chunk: Vec<Value> = values.by_ref().take(length * self.columns).collect();
                let sql = self.sql(length, backend);
                statements.push(Statement::from_sql_and_values(backend, sql, chunk));
                left -= length;
            }
        }
        statements
    }

    fn sql(&self, rows: usize, backend: DatabaseBackend) -> String {
        let mut sql =
            String::with_capacity(self.before.len() + self.after.len() + rows * self.columns * 6);
        sql.push_str(self.before);
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ",(" });
            push_placeholders(&mut sql, backend, row * self.columns, self.columns);
            sql.push(')');
        }
        sql.push_str(self.after);
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
            let length = LENGTHS
                .into_iter()
                .rfind(|length| *length >= chunk.len())
                .unwrap_or(LENGTHS[0]);
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

    #[test]
    fn placeholders_run_through_all_rows() {
        let bulk = Bulk {
            before: "INSERT INTO t (a, b) VALUES ",
            columns: 2,
            after: "",
        };
        assert_eq!(
            bulk.sql(3, DatabaseBackend::Postgres),
            "INSERT INTO t (a, b) VALUES ($1,$2),($3,$4),($5,$6)"
        );
    }
}
