package relayapi

// Device is what a phone says of itself. Every member is optional; what is absent is
// unknown. The gateway shows it to operators, chooses the SIM of a job by SIMs, and decides
// nothing else by it.
type Device struct {
	// Model is the phone's model, for people.
	Model string `json:"model,omitempty"`
	// App is the program that sends, with its version.
	App string `json:"app,omitempty"`
	// BatteryPercent is the charge of the battery, 0 to 100.
	BatteryPercent *int `json:"battery_percent,omitempty"`
	// Charging says whether the battery is being charged.
	Charging *bool `json:"charging,omitempty"`
	// MaySend says whether the system lets the program send texts.
	MaySend *bool `json:"may_send,omitempty"`
	// Unrestricted says whether the program is exempt from battery optimisation, which stops
	// others in the background.
	Unrestricted *bool `json:"unrestricted,omitempty"`
	// FailedLastHour is how many texts the phone failed to send within the last hour.
	FailedLastHour *int `json:"failed_last_hour,omitempty"`
	// SIMs are the phone's SIMs, at most [MaxSIMs].
	SIMs []SIM `json:"sims,omitempty"`
}

// SIM is one SIM of a phone.
type SIM struct {
	// Slot is its slot, from 1 on.
	Slot int `json:"slot"`
	// Carrier is its carrier's name as the phone shows it.
	Carrier string `json:"carrier,omitempty"`
	// Ready says whether it is registered in a network.
	Ready *bool `json:"ready,omitempty"`
}

// Limits of a [Device].
const (
	// MaxSIMs is how many SIMs a phone has at most.
	MaxSIMs = 8
	// MaxDeviceText is how long each of a device's texts is at most, in characters.
	MaxDeviceText = 64
)
