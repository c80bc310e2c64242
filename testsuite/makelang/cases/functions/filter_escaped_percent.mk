$(info [$(filter \%a,%a xa)] [$(filter a%b,ab axb a%b)])
all: ; @:
