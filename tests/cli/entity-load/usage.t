#!/usr/bin/env bash
# What entity-load says before it reads anything.
. "$(dirname "$0")/../../lib.sh"

exits 64 "no tenant" aegis-entity-load --type well
like "$WORK/err" '^aegis-entity-load: error: --tenant and --type' "says what is missing"
exits 64 "no type" aegis-entity-load --tenant "$TENANT"
exits 64 "an operand" aegis-entity-load --tenant "$TENANT" --type well wells.sealed
like "$WORK/err" "wells.sealed" "names it"
exits 64 "an unknown report" aegis-entity-load --tenant "$TENANT" --type well --report xml
for bad in 110% -1 x 1.5 ''; do
	exits 64 "a ceiling of '$bad'" aegis-entity-load --tenant "$TENANT" --type well \
	    --max-rejects "$bad"
done
for bad in 1 00000000-0000-4000-8000-00000000000 00000000-0000-4000-8000-0000000000001 \
    00000000-0000-4000-8000-00000000000g 00000000x0000-4000-8000-000000000001; do
	exits 64 "a tenant of '$bad'" aegis-entity-load --tenant "$bad" --type well </dev/null
done
like "$WORK/err" 'UUID' "asks for a UUID"

exits 69 "no server" aegis-entity-load --tenant "$TENANT" --type well \
    --db "host=$WORK port=1 dbname=x password=hush-hush" </dev/null
unlike "$WORK/err" 'hush-hush' "a password is not shown"

exits 0 "help" aegis-entity-load --help
like "$WORK/out" '^usage: aegis-entity-load --tenant UUID --type TYPE' "shows the usage"
exits 0 "version" aegis-entity-load --version
done_testing
