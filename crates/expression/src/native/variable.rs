//! The variables of a run and the data of its nodes.

use heddle_data::{Item, Json};

use crate::native::Stop;
use crate::native::evaluate::Evaluated;
use crate::native::expr::{NodePart, Variable};
use crate::native::operand::Operand;
use crate::run::{nodes, paired, variables};
use crate::scene::Scene;

/// The value of a variable.
pub(crate) fn variable<'a>(variable: &'a Variable, scene: &Scene<'a>) -> Evaluated<'a> {
    Ok(match variable {
        Variable::Json => Operand::Ref(&variables::current_item(scene)?.json),
        Variable::Binary => variables::binary(scene)?.into(),
        Variable::InputItem => match (scene.item(), scene.run.workflow().binary_mode_combined) {
            _ if scene.items.is_empty() => return Err(variables::no_execution_data(scene).into()),
            (Some(item), true) => Operand::Ref(&item.json),
            (item, _) => item.into(),
        },
        Variable::InputFirst | Variable::InputLast => {
            if scene.items.is_empty() {
                return Err(variables::no_execution_data(scene).into());
            }
            let first = *variable == Variable::InputFirst;
            let item = if first { scene.items.first() } else { scene.items.last() };
            one_item(item, scene)
        }
        Variable::InputAll => {
            if scene.items.is_empty() {
                return Err(variables::no_execution_data(scene).into());
            }
            all_items(scene.items, scene)
        }
        Variable::ThisItem => scene.item().into(),
        Variable::ItemIndex => Json::from(scene.item_index).into(),
        Variable::RunIndex => Json::from(scene.run_index).into(),
        Variable::Mode => Json::from(scene.mode).into(),
        Variable::Now => variables::now(scene).into(),
        Variable::Today => variables::today(scene)?.into(),
        Variable::Vars => {
            if scene.vars.is_null() {
                return Err(Stop::Unsupported);
            }
            Operand::Ref(scene.vars)
        }
        Variable::Env(name) => variables::environment(name, scene)?.into(),
        Variable::Workflow(name) => variables::workflow(name, scene)?.into(),
        Variable::Execution(name) => variables::execution(name, scene).into(),
        Variable::PrevNode(name) => variables::previous_node(name, scene).into(),
        Variable::NodeVersion => Json::from(scene.active().type_version).into(),
        Variable::NodeId => Json::from(scene.active().id).into(),
        Variable::WebhookId => {
            scene.active().webhook_id.map_or(Operand::UNDEFINED, |id| Json::from(id).into())
        }
        Variable::Additional(name) => {
            let found = scene.additional.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| value).into()
        }
    })
}

fn one_item<'a>(item: Option<&'a Item>, scene: &Scene<'a>) -> Operand<'a> {
    match item {
        Some(item) if scene.run.workflow().binary_mode_combined => Operand::Ref(&item.json),
        item => item.into(),
    }
}

fn all_items<'a>(items: &'a [Item], scene: &Scene<'a>) -> Operand<'a> {
    if scene.run.workflow().binary_mode_combined {
        return Json::from_iter(items.iter().map(|item| item.json.clone())).into();
    }
    Operand::Items(items)
}

/// A part of another node's data.
pub(crate) fn node_part<'a>(name: &str, part: &NodePart, scene: &Scene<'a>) -> Evaluated<'a> {
    let node = match part {
        NodePart::OldJson => nodes::find(name, scene)?,
        _ => nodes::find_accessed(name, scene)?,
    };
    Ok(match part {
        NodePart::Item => one_item(paired::item(node, scene, paired::Method::Item, None)?, scene),
        NodePart::First => one_item(nodes::output_items(node, None, None, scene)?.first(), scene),
        NodePart::Last => one_item(nodes::output_items(node, None, None, scene)?.last(), scene),
        NodePart::All => all_items(nodes::output_items(node, None, None, scene)?, scene),
        NodePart::IsExecuted => Json::from(scene.run.run_count(node) > 0).into(),
        NodePart::Params => Operand::Ref(scene.run.node(node).parameters),
        NodePart::OldJson => Operand::Ref(&nodes::old_item(node, scene)?.json),
    })
}
