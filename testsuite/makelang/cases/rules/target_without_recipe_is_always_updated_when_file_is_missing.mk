# setup: touch -d 2021-01-02 out
out: force ; @echo remade $?
force:
