	.text
	.globl	blob_value
	.type	blob_value, @function
blob_value:
	xorl	%eax, %eax
	ret
	.size	blob_value, .-blob_value
	.section .note.GNU-stack, "", @progbits
