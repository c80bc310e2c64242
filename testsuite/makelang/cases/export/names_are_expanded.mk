names = a b
a = 1
b = 2
export $(names)
all: ; @echo $$a $$b
