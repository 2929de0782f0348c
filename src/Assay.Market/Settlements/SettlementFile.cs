using Assay.Reliability.Passports;
using Assay.Verify;

namespace Assay.Market.Settlements;

/// <summary>What a position was paid and all that shows why, in one file (docs/spec/market.md section 11). Says what it says; <see cref="SettlementCheck"/> finds out whether it holds.</summary>
/// <param name="Passport">Of the account; its folder is the market's log, and shows entries of the journal too.</param>
public sealed record SettlementFile(SettlementHeader Header, Passport Passport)
{
    public const string MediaType = "application/vnd.assay.settlement.v1";

    /// <summary>The usual end of a file's name.</summary>
    public const string FileExtension = ".settlement.jsonl";

    /// <param name="file">Its bytes, from anyone; they must not change while the settlement is used.</param>
    /// <exception cref="MalformedException">Not a settlement file.</exception>
    /// <exception cref="UnsupportedException">Of another version, or of what this version does not settle.</exception>
    public static SettlementFile Parse(ReadOnlyMemory<byte> file)
    {
        var line = file.Span[..Math.Min(file.Length, Passport.MaxLine + 1)].IndexOf((byte)'\n');
        if (line <= 0)
            throw new MalformedException($"a settlement whose first line does not end within {Passport.MaxLine} bytes");
        if (file.Span[0] != '{' || file.Span[line - 1] != '}')
            throw new MalformedException("a settlement whose first line is not an object without white space at its ends");
        return new SettlementFile(SettlementHeader.Parse(file.Span[..line]), Passport.Parse(file[(line + 1)..]));
    }

    public void Write(Stream file)
    {
        file.Write(Header.ToBytes());
        file.Write("\n"u8);
        Passport.Write(file);
    }
}
