-- What contacts are found by: keys made from names, references and e-mail addresses (domain/contact_search), written
-- with the contact itself. Each word of a name leads a key that holds the others, too: a search reads one range of the
-- index and looks at nothing else, however common the words. Compared by code point, whatever the database's language.
create table contact_keys (
    customer_id     bigint not null,
    bucket          smallint not null,
    key             text collate "C" not null,
    contact_id      bigint not null,
    primary key (customer_id, key, contact_id, bucket)
);
create index contact_keys_contact on contact_keys (contact_id);

-- The contacts of one customer in the order they were made.
create index contacts_customer on contacts (customer_id, id);

-- A tag is found by its name in any letter case.
create index lists_folded on lists (customer_id, lower(name));
