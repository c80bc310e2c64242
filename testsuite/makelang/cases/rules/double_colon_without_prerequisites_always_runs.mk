# setup: touch -d 2021-01-02 x
all:: ; @echo always
x:: ; @echo x always
all:: x
