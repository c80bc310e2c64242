# setup: touch -d 2021-01-01 old; touch -d 2021-01-02 out; touch -d 2021-01-03 new
# args: -q out
# args: -q stale
# args: -q missing
out: old ; @echo never
stale: new ; @echo never
missing: ; @echo never
