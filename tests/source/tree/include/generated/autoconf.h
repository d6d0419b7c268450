#define CONFIG_NET 1
