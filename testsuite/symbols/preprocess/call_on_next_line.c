#define F(x) <x>
F

 (1) F /* a
 b */ (2) F // c
(3) end
