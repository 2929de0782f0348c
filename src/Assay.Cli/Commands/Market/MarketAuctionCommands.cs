using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Assay.Market.Auctions;
using Assay.Market.Ledger;
using Assay.Verify.Crypto;

namespace Assay.Cli.Commands.Market;

/// <summary>Auctions: an order is sealed, then opened. What opens it is in a file until then.</summary>
internal static class MarketAuctionCommands
{
    private const string Media = "assay-market-order-1";

    public static Command Make() => new("auction", "Auctions of bonds, covers and shares of the pool, at one price. Example: assay market auction show") { Show(), Commit(), Reveal() };

    private static Command Show()
    {
        var number = new Argument<ulong?>("AUCTION") { Description = "Its number; all that are open if not given", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("show", "Auctions that are open, or how one was cleared. Example: assay market auction show 0") { number };
        command.SetAction((parsed, cancel) => MarketAccess.UseAsync(parsed, async market => parsed.GetValue(number) is { } one
            ? MarketShowCommands.Print(parsed, await market.GetAsync(string.Create(CultureInfo.InvariantCulture, $"v1/market/auctions/{one}"), cancel), Print)
            : MarketShowCommands.Print(parsed, await market.GetAsync("v1/market/auctions", cancel), all =>
            {
                foreach (var auction in all.GetProperty("auctions").EnumerateArray())
                    Print(auction);
                if (all.GetProperty("auctions").GetArrayLength() == 0)
                    Console.WriteLine("no auction is open: the first commitment for an asset opens one");
            })));
        return command;
    }

    private static Command Commit()
    {
        var asset = new Argument<string>("ASSET") { Description = "pool, cover:N or bond:N" };
        var side = new Argument<string>("SIDE") { Description = "buy or sell" }.AcceptOnlyFromAmong("buy", "sell");
        var lots = Trading.Units("LOTS", "How many lots of the terms' `lot` shares");
        var price = new Option<uint>("--price") { Description = "The limit, in units a lot", HelpName = "UNITS", Required = true }.From(1u, Order.MostPrice);
        var deposit = new Option<long?>("--deposit") { Description = "Units (default: the least that the order needs; more hides its size)", HelpName = "UNITS" }.From(1L, (1L << 53) - 1);
        var file = new Option<string>("-o") { Description = "Where what opens the order goes (mode 0600): without it the order cannot be revealed", HelpName = "FILE", Required = true };
        var key = Trading.Key();
        var command = new Command("commit", "Seal an order. Nobody sees side, price or size before it is revealed. Example: assay market auction commit bond:0 buy 5 --price 990 -o order.json --key me.pem")
        {
            asset, side, lots, price, deposit, file, key,
        };
        command.SetAction((parsed, cancel) => MarketAccess.UseAsync(parsed, async market =>
        {
            var what = MarketMoneyCommands.AssetOf(parsed.GetValue(asset)!);
            if (!Auction.Trades(what))
                throw new UsageException($"'{parsed.GetValue(asset)}' is not traded in auctions: pool, cover:N or bond:N");
            if (File.Exists(parsed.GetValue(file)))
                throw new UsageException($"-o '{parsed.GetValue(file)}' is there already: what opens an order is never overwritten");
            var (round, terms) = await RoundAsync(market, what, cancel);
            var by = await market.NumberOfAsync(parsed.GetValue(key)!, cancel);
            var order = new OrderTerms(by, what, round, parsed.GetValue(side) == "buy" ? OrderSide.Buy : OrderSide.Sell, parsed.GetValue(price), parsed.GetValue(lots), Hash.From(RandomNumberGenerator.GetBytes(Hash.Size)));
            var least = (long)Int128.Min((1L << 53) - 1, terms.DepositOf((Int128)order.Lots * (long)terms.Lot));
            // Kept before it is sent: an order whose salt is lost cannot be opened, and costs a part of its deposit.
            await AtomicFile.WriteAsync(parsed.GetValue(file)!, Write(order, null));
            var done = await market.InstructAsync(parsed.GetValue(key)!, (p, nonce) => new CommitEvent(p, nonce, what, round, parsed.GetValue(deposit) ?? least, order.Commitment()), cancel);
            await AtomicFile.WriteAsync(parsed.GetValue(file)!, Write(order, done.GetProperty("number").GetUInt64()));
            return Trading.Done(parsed, done, $"order {done.GetProperty("number").GetUInt64()} of auction {round}; reveal it with: assay market auction reveal {parsed.GetValue(file)} --key {parsed.GetValue(key)}");
        }));
        return command;
    }

    private static Command Reveal()
    {
        var file = new Argument<string>("FILE") { Description = "What `assay market auction commit` wrote" };
        return Trading.Instruct("reveal", "Open a sealed order, once its auction takes no more commitments. Example: assay market auction reveal order.json --key me.pem", [file],
            parsed =>
            {
                var (number, order) = Read(parsed.GetValue(file)!);
                return (by, nonce) => new RevealEvent(by, nonce, number, order.Side, order.Price, order.Lots, order.Salt);
            }, (_, _) => "revealed");
    }

    // The open auction of an asset with its figures, or the number that the next one gets with the terms' figures.
    private static async Task<(ulong Number, AuctionTerms Terms)> RoundAsync(MarketHttp market, Asset asset, CancellationToken cancel)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"v1/market/rounds?asset={asset.Kind.Name()}&number={asset.Number}");
        var round = await market.GetAsync(path, cancel);
        ulong N(string name) => round.GetProperty(name).GetUInt64();
        return (N("auction"), new AuctionTerms(N("lot"), N("deposit"), N("leastDeposit"), N("forfeit"), 0, 0));
    }

    private static byte[] Write(OrderTerms order, ulong? number) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        media = Media, order = number, by = order.By, asset = order.Asset.Kind.Name(), number = order.Asset.Number, auction = order.Round,
        side = order.Side == OrderSide.Buy ? "buy" : "sell", price = order.Price, lots = order.Lots, salt = order.Salt.ToHex(),
    });

    private static (ulong Number, OrderTerms Order) Read(string path)
    {
        try
        {
            var json = JsonDocument.Parse(Shared.ReadText("FILE", path)).RootElement;
            if (json.GetProperty("media").GetString() != Media)
                throw new UsageException($"'{path}' is not an order");
            return (
                json.GetProperty("order").ValueKind == JsonValueKind.Null ? throw new UsageException($"'{path}': this order was never taken by the market") : json.GetProperty("order").GetUInt64(),
                new OrderTerms(
                    json.GetProperty("by").GetUInt64(), MarketMoneyCommands.AssetOf(json.GetProperty("asset").GetString() is var kind && kind == "pool" ? kind : $"{kind}:{json.GetProperty("number").GetUInt64()}"),
                    json.GetProperty("auction").GetUInt64(), json.GetProperty("side").GetString() == "buy" ? OrderSide.Buy : OrderSide.Sell, json.GetProperty("price").GetUInt32(), json.GetProperty("lots").GetInt64(),
                    Hash.FromHex(json.GetProperty("salt").GetString())));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or Verify.MalformedException)
        {
            throw new UsageException($"'{path}' is not an order: {e.Message}");
        }
    }

    private static void Print(JsonElement auction)
    {
        var asset = auction.GetProperty("asset").GetString() + (auction.TryGetProperty("number", out var number) ? $":{number}" : "");
        Console.WriteLine(auction.TryGetProperty("phase", out var phase)
            ? $"auction {auction.GetProperty("auction")} of {asset}: {phase.GetString()}, {auction.GetProperty("orders").GetArrayLength()} orders, lots of {auction.GetProperty("lot")}; reveals from {Time(auction.GetProperty("revealFrom"))}, cleared from {Time(auction.GetProperty("clearFrom"))}"
            : $"auction {auction.GetProperty("auction")} of {asset}: {(auction.GetProperty("price").GetUInt64() == 0 ? "no price" : $"{auction.GetProperty("lots")} lots of {auction.GetProperty("lot")} at {auction.GetProperty("price")} each")}");
        foreach (var order in auction.GetProperty("orders").EnumerateArray())
            Console.WriteLine($"  order {order.GetProperty("order")} of participant {order.GetProperty("by")}: "
                + (order.GetProperty("revealed").GetBoolean() ? $"{order.GetProperty("side").GetString()} {order.GetProperty("lots")} at {order.GetProperty("price")}" : "sealed")
                + (order.TryGetProperty("filled", out var filled) ? $"; {filled} filled{(order.GetProperty("forfeited").GetInt64() is > 0 and var lost ? $", {lost} of its deposit forfeited" : "")}" : ""));
    }

    private static string Time(JsonElement seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds.GetInt64()).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
