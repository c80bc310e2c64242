all: a\ b c\:d e%f ; @echo '$^'
a\ b: ; @echo '$@'
c\:d: ; @echo '$@'
e%f: ; @echo '$@'
