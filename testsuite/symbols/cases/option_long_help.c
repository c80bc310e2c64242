#args: --he
