using System.CommandLine;

namespace Assay.Cli.Commands.Market;

/// <summary>The market on reliability, from either side (docs/market.md). All of it is paper.</summary>
internal static class MarketCommand
{
    public static Command Make()
    {
        var command = new Command("market", "A market on reliability, in paper units: cover, contracts, bonds, auctions. Example: assay market show")
        {
            MarketAccess.Node,
            MarketOperatorCommands.Init(), MarketOperatorCommands.Terms(), MarketOperatorCommands.Join(), MarketOperatorCommands.Grant(), MarketOperatorCommands.Divide(),
            MarketShowCommands.Show(), MarketShowCommands.List(), MarketShowCommands.Positions(), MarketCoverCommands.Quote(), MarketCoverCommands.Buy(),
            MarketContractCommands.Open(), MarketContractCommands.Trade(), MarketBondCommands.Make(), MarketAuctionCommands.Make(), MarketSettleCommand.Make(),
            MarketMoneyCommands.Fund(), MarketMoneyCommands.Withdraw(), MarketMoneyCommands.Pay(), MarketMoneyCommands.Give(), MarketMoneyCommands.Stake(), MarketBondCommands.Unstake(),
        };
        return command;
    }
}
