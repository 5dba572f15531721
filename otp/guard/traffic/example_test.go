package traffic_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/cnsms/cnsms/otp/guard/traffic"
)

func ExampleReplay() {
	events, _ := traffic.Read(strings.NewReader(`{"i":0,"t":0,"typed":"13800138000","ip":"192.0.2.7","session":"a","purpose":"login","action":"start","flow":"1","will_verify":true}
{"i":1,"t":5,"typed":"+86 13800138000","ip":"192.0.2.8","session":"b","purpose":"login","action":"start","flow":"2"}`))
	sum, err := traffic.Replay(context.Background(), traffic.Config{}, events)
	fmt.Println(sum, err)
	// Output: attack: asked 1, texts let through 0, yuan lost 0.00 (worst hour 0.00, worst day 0.00); honest users: 1, refused 0 (0.00 %), challenged 0 (0.00 %), yuan spent 0.00 <nil>
}
