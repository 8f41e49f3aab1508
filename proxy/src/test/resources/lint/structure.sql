--
-- PostgreSQL database dump
--

\restrict aBc

SET statement_timeout = 0;
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET default_tablespace = '';
CREATE SCHEMA app;
ALTER SCHEMA app OWNER TO postgres;
CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;
COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';
CREATE TYPE public.mood AS ENUM (
    'sad',
    'ok'
);
ALTER TYPE public.mood OWNER TO postgres;
CREATE FUNCTION public.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN NEW.updated_at = now(); RETURN NEW; END; $$;
CREATE TABLE public.customers (
    id bigint NOT NULL,
    email text
);
ALTER TABLE public.customers OWNER TO postgres;
CREATE SEQUENCE public.customers_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER SEQUENCE public.customers_id_seq OWNED BY public.customers.id;
CREATE TABLE public.orders (
    id bigint NOT NULL,
    customer_id bigint,
    total numeric(10,2) DEFAULT 0 NOT NULL,
    CONSTRAINT c CHECK ((total >= (0)::numeric))
);
ALTER TABLE public.orders ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.orders_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE public.events_1 (id bigint NOT NULL, at date NOT NULL);
CREATE MATERIALIZED VIEW public.mv AS SELECT 1 AS a WITH NO DATA;
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_1 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
ALTER TABLE ONLY public.customers ALTER COLUMN id SET DEFAULT nextval('public.customers_id_seq'::regclass);
COPY public.customers (id, email) FROM stdin;
1	it's; DROP TABLE x;
\.


SELECT pg_catalog.setval('public.customers_id_seq', 1, true);
ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.events_1
    ADD CONSTRAINT events_1_pkey PRIMARY KEY (id);
CREATE INDEX idx ON public.orders USING btree (customer_id);
CREATE UNIQUE INDEX mvi ON public.mv USING btree (a);
CREATE TRIGGER t BEFORE UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.touch();
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES public.customers(id) ON DELETE CASCADE;
REFRESH MATERIALIZED VIEW public.mv;
GRANT SELECT ON TABLE public.orders TO PUBLIC;
--
-- PostgreSQL database dump complete
--
\unrestrict aBc

SET search_path TO "$user", public;

INSERT INTO "schema_migrations" (version) VALUES
('20240101'),
('20240102');
