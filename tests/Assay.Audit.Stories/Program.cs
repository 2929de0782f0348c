using Assay.Audit.Accounts;
using Assay.Audit.Stories;
using Assay.Store.Accounts;
using Assay.Verify.Crypto;

// Accounts with a history, for the tests of the pages: made-up logs, folded by the real fold, one step a day.
// Usage: Assay.Audit.Stories FOLDER MODEL-DIGEST
//        Assay.Audit.Stories market DATA-FOLDER MODEL-DIGEST
if (args is ["market", var data, var digestOfMarket])
{
    await MarketStory.TellAsync(data, Hash.FromHex(digestOfMarket));
    return 0;
}
if (args is not [var folder, var digest])
    return 2;
Directory.CreateDirectory(folder);
using var vault = new AccountVault(AccountKeeper.DatabaseIn(folder));
var model = Hash.FromHex(digest);
new Story("careful.example/log", "Careful", model).Live(vault, days: 60, 1_000, 100_000, (_, _) => 'r');
new Story("steady.example/log", "Steady", model).Live(vault, days: 75, 1_000, 100_000, (_, s) => Dice(s, 400) ? 'd' : Dice(s, 900) ? 'u' : 'r');
new Story("swapped.example/log", "Swapped", model).Live(vault, days: 50, 1_000, 150_000, (day, s) => Dice(s, day < 34 ? 600UL : 25) ? 'd' : 'r', secondModelAt: 8);
new Story("fresh.example/log", "<script>Fresh</script>", model).Live(vault, days: 2, 100, 200_000, (_, s) => Dice(s, 30) ? 'x' : 'r');
new Story("silent.example/log", "Silent", model).Live(vault, days: 0, 1_000, 100_000, (_, _) => 'r');
return 0;

static bool Dice(ulong sequence, ulong oneIn) => Sha256.Of(BitConverter.GetBytes(sequence)).Bytes[3] * 256UL + Sha256.Of(BitConverter.GetBytes(sequence)).Bytes[4] < 65_536 / oneIn;
