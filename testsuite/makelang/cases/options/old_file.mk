# setup: touch -d 2021-01-02 out; touch -d 2021-01-03 in
# args: -o in out
# args: out
out: in ; @echo remade
