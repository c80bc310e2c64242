# setup: touch -d 2021-01-01 in; touch -d 2021-01-02 out
# args:
# args: -B
out: in ; @echo remade
in: ; @echo in too
