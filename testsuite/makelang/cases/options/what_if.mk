# setup: touch -d 2021-01-02 out; touch -d 2021-01-01 in
# args: -W in out
# args: out
out: in ; @echo remade
