# setup: touch -d 2021-01-01 in out
out: in ; @echo never
