# setup: touch -d 2021-01-01 src; touch -d 2021-01-02 out
out: mid ; @echo out remade
mid: src ; @echo mid remade
.SECONDARY: mid
