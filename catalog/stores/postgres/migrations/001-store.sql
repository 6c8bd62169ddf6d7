-- What a store holds. Every large table leads its primary key with the column by which Citus may distribute it.

-- Documents. `txn` names the transaction that last wrote the row: committed.position tells when that was. `keys` are digests of
-- kind, field and value for the values by which it is found: short whatever the value is, and no row for each.
CREATE TABLE document (
    id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    txn bigint NOT NULL,
    doc jsonb NOT NULL,
    keys uuid[] NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX document_txn ON document (txn);
-- No list of what is pending, which every question would have to read. A load in bulk drops this index and makes it at the end.
CREATE INDEX document_keys ON document USING gin (keys) WITH (fastupdate = off);

-- Documents that are gone, for those who follow changes.
CREATE TABLE gone (
    id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    txn bigint NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX gone_txn ON gone (txn);

-- Transactions in the order in which they became visible.
CREATE SEQUENCE txn;
CREATE TABLE committed (
    position bigint PRIMARY KEY,
    txn bigint NOT NULL UNIQUE
);

-- Small numbers: the last position, how many documents of each kind there are ("count:KIND"), counters that hand out numbers.
CREATE TABLE tally (
    name text COLLATE "C" PRIMARY KEY,
    value bigint NOT NULL
);
INSERT INTO tally (name, value) VALUES ('position', 0);

-- The numbers of decisions. Taking one holds nobody up; one that is not used in the end leaves a gap.
CREATE SEQUENCE decisions;
