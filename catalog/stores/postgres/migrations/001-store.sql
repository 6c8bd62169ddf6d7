-- What a store holds. Every large table leads its primary key with the column by which Citus may distribute it.

-- Documents. `txn` names the transaction that last wrote the row: committed.position tells when that was.
CREATE TABLE document (
    id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    txn bigint NOT NULL,
    doc jsonb NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX document_txn ON document (txn);

-- The values by which documents are found: a digest of kind, field and value, so that rows are short whatever the value is.
CREATE TABLE lookup (
    key uuid NOT NULL,
    id text COLLATE "C" NOT NULL,
    PRIMARY KEY (key, id)
);

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
