// Package catalog holds the one list of adapters, and reads what is known of the
// service behind each. The pages of the documentation are made from it. A program
// that imports it links every adapter.
//
// Adding an adapter takes one line in Adapters and nothing else outside the
// adapter's folder.
package catalog

import (
	"path"
	"strings"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/ronglian"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/zhenzi"
)

// Adapters lists every adapter of this module, in the order of the documentation:
// by name.
func Adapters() []Adapter {
	return []Adapter{
		{aliyun.DefaultName, aliyun.Codes(), (*aliyun.Provider)(nil)},
		{aliyun.DefaultVerificationName, aliyun.VerificationCodes(), (*aliyun.Verification)(nil)},
		{bmob.DefaultName, bmob.Codes(), (*bmob.Provider)(nil)},
		{ihuyi.DefaultName, ihuyi.Codes(), (*ihuyi.Provider)(nil)},
		{mob.DefaultName, mob.Codes(), (*mob.Provider)(nil)},
		{relay.DefaultName, relay.Codes(), (*relay.Provider)(nil)},
		{ronglian.DefaultName, ronglian.Codes(), (*ronglian.Provider)(nil)},
		{tencent.DefaultName, tencent.Codes(), (*tencent.Provider)(nil)},
		{zhenzi.DefaultName, zhenzi.Codes(), (*zhenzi.Provider)(nil)},
	}
}

// Adapter is one adapter of this module.
type Adapter struct {
	// Name is the adapter's default provider name, and the name of its folder and
	// its package. Where a service has a second product in the same package, a dash
	// and the product follow, as in "aliyun-verification".
	Name string
	// Codes are the codes of the service, by which failures are told apart.
	Codes facts.Codes

	// provider is a nil pointer of the adapter's type, to see what it can do.
	provider provider.Provider
}

// Folder is the adapter's folder, and the name of its package.
func (a Adapter) Folder() string {
	folder, _, _ := strings.Cut(a.Name, "-")
	return folder
}

// Product is the product of a service that has several in one package, such as
// "verification". The first one of a package has none.
func (a Adapter) Product() string {
	_, product, _ := strings.Cut(a.Name, "-")
	return product
}

// Constructor is the function that makes the adapter: New, and the product.
func (a Adapter) Constructor() string { return "New" + title(a.Product()) }

// ConfigType is the type of the adapter's configuration: the product, and Config.
func (a Adapter) ConfigType() string { return title(a.Product()) + "Config" }

// ServiceFile is the file for ReadService, below the project's folder: service.txt in
// the adapter's folder, and service-PRODUCT.txt for a product.
func (a Adapter) ServiceFile() string {
	name := "service"
	if product := a.Product(); product != "" {
		name += "-" + product
	}
	return path.Join(a.Folder(), name+".txt")
}

// title writes a word with a capital.
func title(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// Abilities says which of the optional interfaces of package provider an
// adapter has.
type Abilities struct {
	Batch, Verify, Balance, Status, PullReports, PushedReports, Captcha bool
}

// Abilities looks at the adapter's type.
func (a Adapter) Abilities() Abilities {
	var can Abilities
	_, can.Batch = a.provider.(provider.BatchSender)
	_, can.Verify = a.provider.(provider.Verifier)
	_, can.Balance = a.provider.(provider.BalanceReader)
	_, can.Status = a.provider.(provider.StatusReader)
	_, can.PullReports = a.provider.(provider.ReportPuller)
	_, can.PushedReports = a.provider.(provider.ReportParser)
	_, can.Captcha = a.provider.(provider.CaptchaIssuer)
	return can
}
