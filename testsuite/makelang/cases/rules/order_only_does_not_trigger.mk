# setup: touch -d 2021-01-01 in; touch -d 2021-01-02 out; touch -d 2021-01-03 late
out: in | late ; @echo remade
