all: v = a ; b
all: ; @echo '$(v)'
