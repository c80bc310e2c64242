# setup: mkdir d; touch d/f; touch -d 2021-01-03 d; touch -d 2021-01-02 out
out: d ; @echo remade because of $?
