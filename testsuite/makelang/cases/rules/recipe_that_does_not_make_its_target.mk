# setup: touch -d 2021-01-02 out
out: mid ; @echo out remade
mid: in ; @echo mid ran
in: ; @echo in ran
