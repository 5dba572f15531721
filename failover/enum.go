package failover

import "strconv"

// enumName returns the name of a value of an enumeration, or else the type with
// the number, such as "Order(9)". An empty name is none.
func enumName[T ~int](value T, typeName string, names []string) string {
	if value < 0 || int(value) >= len(names) || names[value] == "" {
		return typeName + "(" + strconv.Itoa(int(value)) + ")"
	}
	return names[value]
}
