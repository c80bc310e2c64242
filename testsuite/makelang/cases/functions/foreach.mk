$(info [$(foreach x,a b c,<$(x)>)] [$(foreach x,,<$(x)>)] [$(foreach x,a b,)])
all: ; @:
