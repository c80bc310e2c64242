# setup: touch -d 2021-01-02 out
# args: out
out: gone.h ; @echo out remade because of $?
gone.h:
