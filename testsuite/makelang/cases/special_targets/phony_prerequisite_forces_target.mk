# setup: touch -d 2021-01-02 out
# args: out
out: force ; @echo remade
.PHONY: force
