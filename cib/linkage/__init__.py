"""Link networks to known networks by public signals."""
