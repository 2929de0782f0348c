using System.Text.Json;
using Assay.Market.Ledger;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Market.Journal;

/// <summary>Paper units come from nowhere but here, each grant of a settlement once.</summary>
/// <param name="Settlement"><c>name:id</c>: who says so, and what it calls this grant (docs/spec/market.md section 9).</param>
public sealed record GrantEvent(ulong To, long Units, string Settlement) : MarketEvent
{
    public const string Name = "grant";

    public override string Do => Name;

    internal static GrantEvent Parse(JsonAt json)
    {
        MarketEvents.OfMarket(json, "to", "units", "settlement");
        return new GrantEvent(json["to"].Integer(), MarketEvents.Amount(json["units"]), Grants.Read(json["settlement"]));
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("to", To);
        json.WriteNumber("units", Units);
        json.WriteString("settlement", Settlement);
    }

    protected internal override void Apply(MarketState state)
    {
        state.Participants.MustExist(To);
        state.Grants.MustBeNew(Settlement);
        state.Book.Move(Holder.Issuer, Holder.Participant(To), Asset.Unit, Units);
        state.Grants.Add(Settlement);
    }
}

/// <summary>Units go back to their issuer.</summary>
public sealed record WithdrawEvent(ulong By, ulong Nonce, long Units) : MarketInstruction(By, Nonce)
{
    public const string Name = "withdraw";

    public override string Do => Name;

    internal static WithdrawEvent Parse(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "units");
        return new WithdrawEvent(by, nonce, MarketEvents.Amount(json["units"]));
    }

    protected internal override void Write(Utf8JsonWriter json) => json.WriteNumber("units", Units);

    protected internal override void Apply(MarketState state) => state.Book.Move(Holder.Participant(By), Holder.Issuer, Asset.Unit, Units);
}

/// <summary>Units for another participant: spend on an account where it says one.</summary>
/// <param name="Account">What the payment is for; the payee is affiliated with it, the payer is not.</param>
public sealed record PayEvent(ulong By, ulong Nonce, ulong To, long Units, Hash? Account) : MarketInstruction(By, Nonce)
{
    public const string Name = "pay";

    public override string Do => Name;

    internal static PayEvent Parse(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "to", "units", "account");
        return new PayEvent(by, nonce, json["to"].Integer(), MarketEvents.Amount(json["units"]), json.Optional("account")?.HexHash());
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("to", To);
        json.WriteNumber("units", Units);
        if (Account is { } account)
            json.WriteString("account", account.ToHex());
    }

    protected internal override void Apply(MarketState state)
    {
        state.Participants.MustExist(To);
        if (Account is { } account)
        {
            if (!state.Participants.IsAffiliated(To, account))
                throw new MarketRefusal($"participant {To} is not affiliated with the account {account.ToHex()}: paying it is no spend on that");
            if (state.Participants.IsAffiliated(By, account))
                throw new MarketRefusal($"participant {By} is affiliated with the account {account.ToHex()} itself");
            state.Spends.MustHaveRoom(By, account, Units);
        }
        state.Book.Move(Holder.Participant(By), Holder.Participant(To), Asset.Unit, Units);
        if (Account is { } spentOn)
            state.Spends.Add(By, spentOn, Units);
    }
}

/// <summary>Shares of anything for another participant.</summary>
public sealed record GiveEvent(ulong By, ulong Nonce, ulong To, Asset Asset, long Shares) : MarketInstruction(By, Nonce)
{
    public const string Name = "give";

    public override string Do => Name;

    internal static GiveEvent Parse(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "to", "asset", "number", "shares");
        return new GiveEvent(by, nonce, json["to"].Integer(), new Asset(AssetNames.Read(json["asset"]), json["number"].Integer()), MarketEvents.Amount(json["shares"]));
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("to", To);
        json.WriteString("asset", Asset.Kind.Name());
        json.WriteNumber("number", Asset.Number);
        json.WriteNumber("shares", Shares);
    }

    protected internal override void Apply(MarketState state)
    {
        state.Participants.MustExist(To);
        state.MayMove(Holder.Participant(By), Holder.Participant(To), Asset, Shares);
        state.Book.Move(Holder.Participant(By), Holder.Participant(To), Asset, Shares);
    }
}
