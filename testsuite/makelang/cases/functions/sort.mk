$(info [$(sort foo bar lose foo)] [$(sort )] [$(sort b B a A _ 10 9)])
all: ; @:
