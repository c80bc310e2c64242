$(info [$(patsubst a,b,a   a  ab)] [$(patsubst ,x,a b )] [$(patsubst ,x,a b)] [$(patsubst \%,p,% a%)])
all: ; @:
