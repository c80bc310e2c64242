# setup: touch -d 2021-01-01 mid; touch -d 2021-01-03 src; touch -d 2021-01-02 out
out: mid ; @echo out remade
mid: src ; @echo mid left alone
