//! Carriers, the routes that lead to them, and the pool numbers that texts come from.

use super::{Batch, Reader, StoreError};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

/// An SMSC account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "carriers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    #[sea_orm(unique)]
    pub name: String,
    pub host: String,
    pub port: i64,
    pub system_id: String,
    /// Sealed under the master key.
    pub password: Vec<u8>,
    pub created_at: i64,
    /// TOML in the words of `[carrier]`: what differs from it here.
    pub settings: String,
    /// Since when an operator lets nothing out over it.
    pub suspended_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Which carrier serves the numbers that begin with a prefix.
pub mod route {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "routes")]
    pub struct Model {
        /// Digits of E.164, without `+`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub prefix: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub carrier_id: i64,
        /// From 1, the first choice.
        pub rank: i64,
        /// Its share of the texts among the carriers of the same prefix and rank: from 1, the higher, the more.
        pub weight: i64,
        /// Classic queue name, such as SAU.
        pub name: String,
        /// Since when an operator lets nothing out over it.
        pub suspended_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A pool number.
pub mod number {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "numbers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub carrier_id: i64,
        /// Whose it is alone; `None`: everybody's.
        pub company_id: Option<i64>,
        /// No longer given out since; answers still find their way.
        pub removed_at: Option<i64>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Reader {
    /// All carriers, by name.
    pub async fn carriers(&self) -> Result<Vec<Model>, StoreError> {
        Ok(Entity::find()
            .order_by_asc(Column::Name)
            .all(&self.0)
            .await?)
    }

    /// All routes.
    pub async fn routes(&self) -> Result<Vec<route::Model>, StoreError> {
        Ok(route::Entity::find()
            .order_by_asc(route::Column::Prefix)
            .order_by_asc(route::Column::Rank)
            .order_by_asc(route::Column::CarrierId)
            .all(&self.0)
            .await?)
    }

    /// All pool numbers, removed ones too, in their order.
    pub async fn numbers(&self) -> Result<Vec<number::Model>, StoreError> {
        Ok(number::Entity::find()
            .order_by_asc(number::Column::Number)
            .all(&self.0)
            .await?)
    }
}

impl Reader {
    /// Pool numbers above `after`, removed ones too, in their order, up to `limit`.
    pub async fn numbers_after(
        &self,
        after: i64,
        limit: u64,
    ) -> Result<Vec<number::Model>, StoreError> {
        Ok(number::Entity::find()
            .filter(number::Column::Number.gt(after))
            .order_by_asc(number::Column::Number)
            .limit(limit)
            .all(&self.0)
            .await?)
    }
}

impl Batch<'_> {
    /// All routes as this transaction sees them.
    pub async fn routes(&self) -> Result<Vec<route::Model>, StoreError> {
        Ok(route::Entity::find().all(self.settled().await?).await?)
    }

    /// The pool numbers that may be given out, in their order, as this transaction sees them.
    pub async fn pool(&self) -> Result<Vec<number::Model>, StoreError> {
        let found = number::Entity::find().filter(number::Column::RemovedAt.is_null());
        Ok(found
            .order_by_asc(number::Column::Number)
            .all(self.settled().await?)
            .await?)
    }

    /// Whether there is any carrier. On PostgreSQL whoever else asks waits for this transaction, so that two nodes do not both begin.
    pub async fn has_carriers(&self) -> Result<bool, StoreError> {
        if self.backend() == sea_orm::DatabaseBackend::Postgres {
            self.execute("LOCK TABLE carriers IN SHARE ROW EXCLUSIVE MODE", vec![])
                .await?;
        }
        Ok(Entity::find().one(self.settled().await?).await?.is_some())
    }

    /// Adds a carrier.
    pub async fn insert_carrier(&self, row: Model) -> Result<(), StoreError> {
        Entity::insert(row.into_active_model())
            .exec_without_returning(self.settled().await?)
            .await?;
        self.raise_accounts_revision().await
    }

    /// Replaces a carrier's row.
    pub async fn update_carrier(&self, row: Model) -> Result<(), StoreError> {
        Entity::update(row.into_active_model().reset_all())
            .exec(self.settled().await?)
            .await?;
        self.raise_accounts_revision().await
    }

    /// Adds a route.
    pub async fn insert_route(&self, row: route::Model) -> Result<(), StoreError> {
        route::Entity::insert(row.into_active_model())
            .exec_without_returning(self.settled().await?)
            .await?;
        self.raise_accounts_revision().await
    }

    /// Adds a pool number, or brings a removed one back.
    pub async fn insert_number(&self, row: number::Model) -> Result<(), StoreError> {
        let sql = "INSERT INTO numbers (number, carrier_id, company_id, removed_at, created_at) VALUES ($1, $2, $3, NULL, $4) \
                   ON CONFLICT (number) DO UPDATE SET removed_at = NULL, carrier_id = excluded.carrier_id, company_id = excluded.company_id";
        self.execute(
            sql,
            vec![
                row.number.into(),
                row.carrier_id.into(),
                row.company_id.into(),
                row.created_at.into(),
            ],
        )
        .await?;
        self.raise_accounts_revision().await
    }

    /// Gives a number out no more; whether there was such a number.
    pub async fn remove_number(&self, number: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE numbers SET removed_at = $1 WHERE number = $2 AND removed_at IS NULL";
        let removed = self
            .execute(sql, vec![self.now.into(), number.into()])
            .await?;
        self.raise_accounts_revision().await?;
        Ok(removed == 1)
    }
}
