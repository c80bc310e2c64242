all: *.none ; @echo $^
*.none: ; @echo making '$@'
